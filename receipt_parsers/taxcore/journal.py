"""Reads the journal: the receipt as text, 40 columns wide, that every form of a TaxCore answer contains.

Parts are found by their headings and rules, never by counting them: copies, proformas and training receipts have parts
of their own. The cashier, the buyer and whatever else is labelled in the header are skipped, not read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from receipt_parsers.errors import LayoutChanged, NotYetAvailable
from receipt_parsers.model import Kind, Payment, Tax
from receipt_parsers.taxcore.items import Item, read_items
from receipt_parsers.taxcore.words import Words
from receipt_parsers.text import MONEY_PLACES, collapse, decimal, scaled, tax_label

_TITLE = re.compile(r"=+[^=]+=+")
_RULE = re.compile(r"=+|-+")
_RULE_SIZE_MIN = 30
_ROW_SIZE_MAX = 250
_LABELLED = re.compile(r"\s*([^:]{2,30}?)\s*:\s*(.*?)\s*")
_AMOUNT = re.compile(r"-?[\d.,]+", re.ASCII)
_TAX = re.compile(r"\s*(\S{1,8})\s+.*?(\d[\d.,]*)\s*%\s+(-?[\d.,]+)\s*", re.ASCII)
_TIME = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\.?\s+(\d{1,2}):(\d\d):(\d\d)", re.ASCII)
_YEARS = range(2000, 2100)
_TAX_ID = re.compile(r"\d{8,13}", re.ASCII)
_COUNTER = re.compile(r"(\d+/\d+)(\D+)", re.ASCII)
FISCAL_ID = re.compile(r"[A-Za-z0-9]{8}-[A-Za-z0-9]{8}-\d{1,10}", re.ASCII)
"""The number of a TaxCore document: who requested, who signed, total counter."""


@dataclass(frozen=True, slots=True)
class Journal:
    """What the journal says. `identity` are the rows between tax number and labels: name, premises, address, city."""

    tax_id: str
    identity: tuple[str, ...]
    width: int
    reference: str | None
    items: tuple[Item, ...]
    total_minor: int
    payments: tuple[Payment, ...]
    taxes: tuple[Tax, ...]
    local_time: datetime
    fiscal_id: str
    counter: str
    kind: Kind


def read_journal(text: str, words: Words) -> Journal:
    """Read the journal. Raises LayoutChanged, or NotYetAvailable when there is none."""
    if not text.strip():
        raise NotYetAvailable("the answer has no journal yet")
    rows = [row[:_ROW_SIZE_MAX].replace("\xa0", " ") for row in text.splitlines()]
    kind_at = _find(rows, words.kind_line, after=0)
    items_at = _find(rows, words.items_heading, after=kind_at)
    sums_at = next(_rules(rows, after=items_at))
    footer_at = next(_rules(rows, after=sums_at))
    width = len(rows[sums_at].strip())
    tax_id, identity, reference = _header(rows[:kind_at], words)
    total_minor, payments = _sums(rows[sums_at:footer_at], words)
    footer = rows[footer_at:]
    fiscal_id = _compact(_value(footer, words.number_label))
    if not FISCAL_ID.fullmatch(fiscal_id):
        raise LayoutChanged("the journal's number is no number of a receipt")
    counter, kind = _counter(_compact(_value(footer, words.counter_label)), words)
    return Journal(
        tax_id=tax_id,
        identity=identity,
        width=width,
        reference=reference,
        items=read_items(rows[items_at + 1 : sums_at], width=width, mark=words.decimal_mark),
        total_minor=total_minor,
        payments=payments,
        taxes=tuple(_taxes(footer, words)),
        local_time=read_time(_value(footer, words.time_label)),
        fiscal_id=fiscal_id,
        counter=counter,
        kind=kind,
    )


def read_time(text: str) -> datetime:
    """Read `31.12.2022. 15:51:57` or `1.2.2026. 9:05:00` as the local time without a zone. Raises LayoutChanged."""
    match = _TIME.search(text)
    if match is None or int(match[3]) not in _YEARS:
        raise LayoutChanged("the time cannot be read")
    day, month, year, hour, minute, second = map(int, match.groups())
    try:
        return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 (the caller knows the zone)
    except ValueError:
        raise LayoutChanged("the time is no time") from None


def _find(rows: list[str], pattern: re.Pattern[str], *, after: int) -> int:
    for index in range(after, len(rows)):
        if pattern.fullmatch(rows[index].strip()):
            return index
    raise LayoutChanged("a heading of the journal is missing")


def _rules(rows: list[str], *, after: int) -> Iterator[int]:
    for index in range(after + 1, len(rows)):
        if _is_rule(rows[index]):
            yield index
    raise LayoutChanged("a rule of the journal is missing")


def _is_rule(row: str) -> bool:
    return len(row.strip()) >= _RULE_SIZE_MIN and _RULE.fullmatch(row.strip()) is not None


def _header(rows: list[str], words: Words) -> tuple[str, tuple[str, ...], str | None]:
    """Give tax number, identity rows and the number of the document referred to."""
    named = [row for row in rows if row.strip()]
    labels_at = next((index for index, row in enumerate(named) if _label(row, words.header_label)), len(named))
    title, *identity = named[:labels_at] or [""]
    if not _TITLE.fullmatch(title.strip()) or not identity or not _TAX_ID.fullmatch(identity[0].strip()):
        raise LayoutChanged("the journal does not begin with a title and a tax number")
    reference = _continued(named[labels_at:], words.reference_label, words.header_label)
    compact = _compact(reference or "")
    return identity[0].strip(), tuple(identity[1:]), compact if FISCAL_ID.fullmatch(compact) else None


def _label(row: str, pattern: re.Pattern[str]) -> str | None:
    """Give what follows the label in this row, or None when the row has another label or none."""
    match = _LABELLED.fullmatch(row)
    return match[2] if match and pattern.fullmatch(collapse(match[1])) else None


def _continued(rows: list[str], pattern: re.Pattern[str], any_label: re.Pattern[str]) -> str | None:
    """Give the value of a label with the rows that it wraps onto: those up to the next label."""
    for index, row in enumerate(rows):
        value = _label(row, pattern)
        if value is None:
            continue
        for following in rows[index + 1 :]:
            if _label(following, any_label) is not None or _is_rule(following):
                break
            value += following.strip()
        return value
    return None


_ANY_LABEL = re.compile(r".+")


def _value(rows: list[str], pattern: re.Pattern[str]) -> str:
    value = _continued(rows, pattern, _ANY_LABEL)
    if value is None:
        raise LayoutChanged("a value below the taxes is missing")
    return value


def _compact(text: str) -> str:
    return "".join(text.split())


def _counter(text: str, words: Words) -> tuple[str, Kind]:
    match = _COUNTER.fullmatch(text)
    kind = words.extensions.get(match[2]) if match else None
    if kind is None:
        raise LayoutChanged("the counter is of no known kind")
    return text, kind


def _sums(rows: list[str], words: Words) -> tuple[int, tuple[Payment, ...]]:
    """Give the total and what was tendered, which may be more and is never the total."""
    total_minor: int | None = None
    payments: list[Payment] = []
    for row in rows:
        match = _LABELLED.fullmatch(row)
        if match is None or not _AMOUNT.fullmatch(match[2]):
            continue
        label, amount = collapse(match[1]), abs(_money(match[2], words))
        if total_minor is None and words.total_label.fullmatch(label):
            total_minor = amount
        elif not words.not_a_payment.search(label):
            payments.append(Payment(words.payment_method(label), amount))
    if total_minor is None:
        raise LayoutChanged("the journal has no total")
    return total_minor, tuple(payments)


def _taxes(rows: list[str], words: Words) -> Iterator[Tax]:
    for row in rows:
        match = _TAX.fullmatch(row)
        if match:
            yield Tax(tax_label(match[1]), _money(match[2], words), abs(_money(match[3], words)))


def _money(text: str, words: Words) -> int:
    try:
        return scaled(decimal(text, words.decimal_mark), MONEY_PLACES)
    except ValueError:
        raise LayoutChanged("an amount of the journal cannot be read") from None
