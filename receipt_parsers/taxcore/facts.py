"""Puts a receipt together from its journal and from what the answer states outside of it.

The journal has the lines; numbers, times and places that an answer states in fields of their own are exacter and win.
Where both speak of the same fact and disagree, the answer is not understood and nothing is returned.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from receipt_parsers.errors import LayoutChanged
from receipt_parsers.model import FiscalReceipt, Kind, Payment, ReceiptLine, Seller
from receipt_parsers.taxcore.items import Item
from receipt_parsers.taxcore.journal import Journal
from receipt_parsers.taxcore.products import Product, numbered
from receipt_parsers.taxcore.seller import printed_seller, split_premises
from receipt_parsers.text import collapse

SUM_TOLERANCE_MINOR = 2
"""How far the lines may miss the total: tills round each line."""

_REFUNDS: frozenset[Kind] = frozenset({"refund", "proforma_refund", "copy_refund", "training_refund", "advance_refund"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an answer states outside its journal; None where it is silent."""

    fiscal_id: str | None = None
    kind: Kind | None = None
    total_minor: int | None = None
    issued_at: datetime | None = None
    issued_at_or: datetime | None = None
    tax_id: str | None = None
    name: str | None = None
    premises: str | None = None
    address: str | None = None
    city: str | None = None
    payments: tuple[Payment, ...] = ()
    reference: str | None = None
    products: tuple[Product, ...] = ()


def assemble(journal: Journal, facts: Facts, *, authority: str, currency: str, zone: ZoneInfo) -> FiscalReceipt:
    """Put the receipt together. Raises LayoutChanged when its parts contradict each other."""
    _agree(facts.fiscal_id, journal.fiscal_id)
    _agree(facts.kind, journal.kind)
    _agree(facts.total_minor, journal.total_minor)
    issued_at, issued_at_or = (
        (facts.issued_at, facts.issued_at_or) if facts.issued_at else instants(journal.local_time, zone)
    )
    return FiscalReceipt(
        authority=authority,
        fiscal_id=journal.fiscal_id,
        counter=journal.counter,
        kind=journal.kind,
        seller=_seller(journal, facts),
        issued_at=issued_at,
        total_minor=journal.total_minor,
        currency=currency,
        lines=numbered(_lines(journal), facts.products),
        payments=facts.payments or journal.payments,
        taxes=journal.taxes,
        reference=facts.reference or journal.reference,
        issued_at_or=issued_at_or,
    )


def instants(local: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """Give the instant of a printed local time, and the later one that it may mean as well when clocks went back."""
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return first, second if second > first else None


def _agree(stated: object, printed: object) -> None:
    if stated is not None and stated != printed:
        raise LayoutChanged("the parts of the answer contradict each other")


def _seller(journal: Journal, facts: Facts) -> Seller:
    printed = printed_seller(journal.tax_id, journal.identity, width=journal.width, premises=facts.premises)
    stated = {"tax_id": facts.tax_id, "name": facts.name, "address": facts.address, "city": facts.city}
    seller = replace(printed, **{field: collapse(text) for field, text in stated.items() if text and text.strip()})
    if facts.premises:
        premises_id, premises_name = split_premises(facts.premises)
        return replace(seller, premises_id=premises_id, premises_name=premises_name)
    return seller


def _lines(journal: Journal) -> tuple[ReceiptLine, ...]:
    """Give the lines with the sign of the document taken off: on a refund each printed total is negative."""
    printed_minor = sum(item.total_minor for item in journal.items)
    sign = -1 if journal.kind in _REFUNDS and printed_minor < 0 else 1
    if abs(sign * printed_minor - journal.total_minor) <= SUM_TOLERANCE_MINOR:
        return tuple(_line(item, sign) for item in journal.items)
    raise LayoutChanged("the lines do not add up to the total")


def _line(item: Item, sign: int) -> ReceiptLine:
    return ReceiptLine(
        name=item.name,
        unit=item.unit,
        quantity_milli=item.quantity_milli,
        unit_price_minor=item.unit_price_minor,
        total_minor=sign * item.total_minor,
        tax_labels=item.tax_labels,
    )
