"""Writes the authority's two JSON answers: the receipt for `Accept: application/json`, and the specifications.

As in production the receipt has no items and no cashier, its payments are money tendered with four decimals, and the
specifications carry a product number only where the shop registers them, else an empty one. Amounts are JSON numbers
with exactly the digits of the decimal: nothing passes through a float.
"""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TypeAlias

from receipt_parsers.playground.document import PAYMENT_NUMBERS, TAX_GROUPS, Document, Line
from receipt_parsers.playground.journal import journal, name_on_slip
from receipt_parsers.playground.shops import Shop

JsonValue: TypeAlias = "bool | int | str | Decimal | Sequence[JsonValue] | Mapping[str, JsonValue] | None"


def receipt_answer(document: Document) -> str:
    """The answer about a receipt that the authority has confirmed."""
    shop = document.shop
    request: dict[str, JsonValue] = {
        "posTime": None,
        "taxId": shop.tax_id,
        "businessName": shop.name,
        "locationName": shop.location,
        "address": f"{shop.address}   ",
        "city": shop.city,
        "administrativeUnit": shop.municipality,
        "buyer": document.buyer_id,
        "buyerCostCenter": None,
        "cashier": None,
        "requestedBy": document.requested_by,
        "referentDocumentNumber": document.reference.number if document.reference else None,
        "invoiceType": document.kind.invoice_type,
        "transactionType": document.kind.transaction_type,
        "payments": [
            {"paymentType": PAYMENT_NUMBERS[paid.method], "amount": _four_decimals(paid.amount_minor)}
            for paid in document.payments
        ],
    }
    text = "\r\n".join(journal(document, "2026"))
    return as_json({"invoiceRequest": request, "invoiceResult": _result(document), "journal": text, "isValid": True})


def specifications_answer(document: Document | None) -> str:
    """The items with product numbers; None stands for a request that the authority does not honour."""
    if document is None:
        return as_json({"success": False})
    return as_json({"success": True, "items": [_specification(line, document.shop) for line in document.lines]})


def as_json(value: JsonValue) -> str:
    """JSON in ASCII in which a Decimal is a number with exactly its digits."""
    match value:
        case Decimal():
            return format(value, "f")
        case Mapping():
            return "{" + ",".join(f"{json.dumps(key)}:{as_json(inner)}" for key, inner in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(as_json, value)) + "]"
        case _:
            return json.dumps(value)


def two_decimals(minor: int) -> Decimal:
    """Minor units as an exact decimal of the currency."""
    return Decimal(minor).scaleb(-2)


def _four_decimals(minor: int) -> Decimal:
    return Decimal(minor * 100).scaleb(-4)


def _result(document: Document) -> dict[str, JsonValue]:
    return {
        "totalAmount": two_decimals(document.total_minor),
        "transactionTypeCounter": document.type_counter,
        "totalCounter": document.total_counter,
        "invoiceCounterExtension": document.kind.extension,
        "invoiceNumber": document.number,
        "signedBy": document.signed_by,
        "sdcTime": document.issued_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _specification(line: Line, shop: Shop) -> dict[str, JsonValue]:
    group = TAX_GROUPS[line.tax_label]
    vat_minor = group.contained_in(line.total_minor)
    return {
        "gtin": line.gtin or "",
        "name": name_on_slip(line, shop),
        "quantity": _plain(line.quantity_milli, 3),
        "unitPrice": two_decimals(line.price_minor),
        "total": two_decimals(line.total_minor),
        "label": line.tax_label,
        "labelRate": _plain(group.rate_bp, 2),
        "taxBaseAmount": two_decimals(line.total_minor - vat_minor),
        "vatAmount": two_decimals(vat_minor),
    }


def _plain(value: int, decimals: int) -> Decimal:
    """The decimal without trailing zeros: 1, 1.5, 20."""
    whole, rest = divmod(value, 10**decimals)
    return Decimal(whole) if rest == 0 else Decimal(value).scaleb(-decimals).normalize()
