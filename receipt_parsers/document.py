"""Writes codes and receipts as JSON-able dictionaries, for people and programs; the shapes are a public promise.

Amounts are decimal strings: money and rates with two places, quantities with as many as they need. Times are RFC 3339
in UTC with milliseconds. A refund's amounts are positive; its kind says which way the money went.
"""

from datetime import UTC, datetime
from typing import Any

from receipt_parsers.errors import DamagedCode, ReceiptError
from receipt_parsers.model import FiscalCode, FiscalReceipt, ReceiptLine


def code_document(code: FiscalCode) -> dict[str, Any]:
    """Describe a recognised code; `refusal` is the stable reason why it is not taken, or null."""
    return {
        "authority": code.authority,
        "fiscal_id": code.fiscal_id,
        "counter": code.counter,
        "kind": code.kind,
        "issued_at": _time(code.issued_at),
        "total": _money(code.total_minor),
        "currency": code.currency,
        "buyer_kind": code.buyer_kind,
        "earns": code.earns,
        "refusal": code.refusal,
    }


def refused_document(error: ReceiptError) -> dict[str, Any]:
    """Describe a text that is no code, with the keys of `code_document`: what is unknown is null."""
    return {
        "authority": error.authority if isinstance(error, DamagedCode) else None,
        "fiscal_id": None,
        "counter": None,
        "kind": None,
        "issued_at": None,
        "total": None,
        "currency": None,
        "buyer_kind": None,
        "earns": False,
        "refusal": error.code,
    }


def receipt_document(receipt: FiscalReceipt) -> dict[str, Any]:
    """Describe what the authority attests."""
    seller = receipt.seller
    return {
        "authority": receipt.authority,
        "fiscal_id": receipt.fiscal_id,
        "counter": receipt.counter,
        "kind": receipt.kind,
        "seller": {
            "tax_id": seller.tax_id,
            "name": seller.name,
            "premises_id": seller.premises_id,
            "premises_name": seller.premises_name,
            "address": seller.address,
            "city": seller.city,
        },
        "issued_at": _time(receipt.issued_at),
        "total": _money(receipt.total_minor),
        "currency": receipt.currency,
        "lines": [_line(line) for line in receipt.lines],
        "payments": [
            {"method": payment.method, "amount": _money(payment.amount_minor)} for payment in receipt.payments
        ],
        "taxes": [
            {"label": tax.label, "rate": _money(tax.rate_bp), "amount": _money(tax.amount_minor)}
            for tax in receipt.taxes
        ],
        "reference": receipt.reference,
    }


def _line(line: ReceiptLine) -> dict[str, Any]:
    return {
        "name": line.name,
        "unit": line.unit,
        "quantity": _quantity(line.quantity_milli),
        "unit_price": _money(line.unit_price_minor),
        "total": _money(line.total_minor),
        "tax_labels": list(line.tax_labels),
        "gtin": line.gtin,
    }


def _money(hundredths: int) -> str:
    sign, hundredths = "-" if hundredths < 0 else "", abs(hundredths)
    return f"{sign}{hundredths // 100}.{hundredths % 100:02}"


def _quantity(milli: int) -> str:
    sign, milli = "-" if milli < 0 else "", abs(milli)
    return f"{sign}{milli // 1000}.{milli % 1000:03}".rstrip("0").rstrip(".")


def _time(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
