"""Reads the documented JSON answer: the request, the result and the journal of a receipt.

    { invoiceRequest: { taxId, businessName, locationName, address, city, administrativeUnit, requestedBy,
                        referentDocumentNumber, invoiceType, transactionType, payments: [{paymentType, amount}], ... },
      invoiceResult:  { totalAmount, totalCounter, invoiceNumber, signedBy, sdcTime, ... },
      journal, isValid }

Every field but the journal may be missing. `sdcTime` is UTC to the millisecond. A payment is money tendered. The
documentation also shows `invoiceRequest.items` with product numbers, which production leaves out; they are read if they
appear. Cashier and buyer are not read.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from receipt_parsers.errors import LayoutChanged, NotYetAvailable, UnknownReceipt
from receipt_parsers.model import Kind, Payment
from receipt_parsers.taxcore.facts import Facts
from receipt_parsers.taxcore.journal import FISCAL_ID
from receipt_parsers.taxcore.payload import KINDS
from receipt_parsers.taxcore.products import loads, read_products
from receipt_parsers.taxcore.words import PAYMENT_TYPES
from receipt_parsers.text import MONEY_PLACES, scaled


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: its journal and its facts."""

    journal: str
    facts: Facts


def read_answer(content: str) -> Answer:
    """Read the answer. Raises LayoutChanged, NotYetAvailable without a journal, UnknownReceipt when it is not valid."""
    try:
        answer = loads(content)
    except ValueError:
        raise LayoutChanged("the answer is no JSON") from None
    if not isinstance(answer, dict):
        raise LayoutChanged("the answer is no JSON object")
    if answer.get("isValid") is False:
        raise UnknownReceipt("the authority calls the receipt invalid")
    journal = answer.get("journal")
    if not journal:
        raise NotYetAvailable("the answer has no journal yet")
    if not isinstance(journal, str):
        raise LayoutChanged("the journal is no text")
    try:
        return Answer(journal, _facts(_part(answer, "invoiceRequest"), _part(answer, "invoiceResult")))
    except (ValueError, TypeError, ArithmeticError):
        raise LayoutChanged("a field of the answer cannot be read") from None


def _part(answer: dict[str, Any], name: str) -> dict[str, Any]:
    part = answer.get(name)
    return part if isinstance(part, dict) else {}


def _facts(request: dict[str, Any], result: dict[str, Any]) -> Facts:
    composed = "-".join(
        str(part) for part in (request.get("requestedBy"), result.get("signedBy"), result.get("totalCounter")) if part
    )
    number = _text(result, "invoiceNumber")
    if number and FISCAL_ID.fullmatch(composed) and number != composed:
        raise LayoutChanged("the answer has two numbers for one receipt")
    reference = _text(request, "referentDocumentNumber")
    return Facts(
        fiscal_id=number,
        kind=_kind(request.get("invoiceType"), request.get("transactionType")),
        total_minor=_money(result["totalAmount"]) if result.get("totalAmount") is not None else None,
        issued_at=_time(_text(result, "sdcTime")),
        tax_id=_text(request, "taxId"),
        name=_text(request, "businessName"),
        premises=_text(request, "locationName"),
        address=_text(request, "address"),
        city=_text(request, "administrativeUnit") or _text(request, "city"),
        payments=_payments(request.get("payments")),
        reference=reference if reference and FISCAL_ID.fullmatch(reference) else None,
        products=read_products(request.get("items")),
    )


def _kind(invoice_type: object, transaction_type: object) -> Kind | None:
    if isinstance(invoice_type, int) and isinstance(transaction_type, int):
        return KINDS.get((invoice_type, transaction_type))
    return None


def _text(part: dict[str, Any], name: str) -> str | None:
    value = part.get(name)
    return value.strip() or None if isinstance(value, str) else None


def _money(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise TypeError("an amount is no number")
    return abs(scaled(value, MONEY_PLACES))


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    time = datetime.fromisoformat(text)
    return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)


def _payments(payments: object) -> tuple[Payment, ...]:
    if not isinstance(payments, list):
        return ()
    return tuple(_payment(payment) for payment in payments if isinstance(payment, dict))


def _payment(payment: dict[str, Any]) -> Payment:
    method = payment.get("paymentType")
    return Payment(
        PAYMENT_TYPES.get(method, "other") if isinstance(method, int) else "other", _money(payment.get("amount"))
    )
