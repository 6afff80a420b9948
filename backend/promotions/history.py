"""What a member did before this sale: the facts that conditions on events and on earlier spending read.

`events` is an object from an event's name to the day or moment of its latest time: `{"signed_up": "2026-11-20"}`.
`spent` is the list of earlier receipts, `[{"at": "2026-11-02T09:00:00+01:00", "amount": "1200.00"}]` with the day
as `on` where the moment is not known, or already summed by the length of the window in days, `{"30": "5000.00"}`.
A window of n days holds today and the n days before it, by the calendar of the sale's own clock. What lies after the
sale is no history.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.promotions.kinds import DAY, DAYS_MAX, MOMENT, MONEY, list_of, map_of, object_of
from backend.promotions.parameters import Kind, Place, written

Day = date | datetime


def days_since(when: Day, now: datetime) -> int | None:
    """Whole days of the sale's calendar; None when it is still to come."""
    if isinstance(when, datetime):
        return (now.date() - when.astimezone(now.tzinfo).date()).days if when <= now else None
    return (now.date() - when).days if when <= now.date() else None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierReceipt:
    """One receipt: the moment or the day of it, and what it came to."""

    at: datetime | None = field(default=None, metadata=written("at", MOMENT))
    on: date | None = field(default=None, metadata=written("on", DAY))
    amount_minor: int = field(metadata=written("amount", MONEY))

    @property
    def when(self) -> Day:
        """The moment where it is known, else the day."""
        return self.at or self.on or date.min

    def problems(self) -> Iterator[tuple[str, str]]:
        """One time, not two and not none."""
        if self.at is None and self.on is None:
            yield "at", "is required, or on"
        if self.at is not None and self.on is not None:
            yield "on", "excludes at"


@dataclass(frozen=True, slots=True)
class Spent:
    """Earlier receipts, or what they came to by days."""

    receipts: tuple[EarlierReceipt, ...] = ()
    by_days: Mapping[int, int] = field(default_factory=dict)

    def within(self, days: int, now: datetime) -> int:
        """Hundredths spent in the window. A window that was not summed counts as nothing spent."""
        if self.by_days:
            return self.by_days.get(days, 0)
        return sum(receipt.amount_minor for receipt in self.receipts if _is_within(receipt.when, days, now))


def _is_within(when: Day, days: int, now: datetime) -> bool:
    since = days_since(when, now)
    return since is not None and since <= days


_RECEIPTS = list_of(object_of(EarlierReceipt))
_BY_DAYS = map_of(MONEY)


def _read_spent(value: object, place: Place) -> Spent | None:
    if not isinstance(value, dict):
        receipts = _RECEIPTS.read(value, place)
        return None if receipts is None else Spent(receipts=receipts)
    summed: dict[int, int] = {}
    for key, amount in (_BY_DAYS.read(value, place) or {}).items():
        if key.isascii() and key.isdecimal() and len(key) <= len(str(DAYS_MAX)):
            summed[int(key)] = amount
        else:
            place.at(key).refuse("must be named by a number of days")
    return Spent(by_days=summed)


SPENT: Kind[Spent] = Kind("spent", _read_spent, parts=EarlierReceipt)
