"""When a promotion runs: days, weekdays, hours and single dates of the outlet's own clock.

The basket's time is already the outlet's, so no time zone is looked up. Hours that cross midnight belong to the day
that the clock shows, not to the day on which the evening began.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.promotions.kinds import DAY, DAYS_ABOVE_ZERO, TIME_OF_DAY
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Days, both ends included; an absent end is open. `days` counts from `from_on`."""

    from_on: date | None = field(default=None, metadata=written("from", DAY))
    to_on: date | None = field(default=None, metadata=written("to", DAY))
    days: int | None = field(default=None, metadata=written("days", DAYS_ABOVE_ZERO))

    def holds(self, today: date) -> bool:
        """Whether the day lies within."""
        if self.from_on is not None and today < self.from_on:
            return False
        if self.from_on is not None and self.days is not None:
            return (today - self.from_on).days < self.days
        return self.to_on is None or today <= self.to_on

    def problems(self) -> Iterator[tuple[str, str]]:
        """A length needs its beginning and replaces the end, and no period ends before it begins."""
        if self.days is not None and self.from_on is None:
            yield "from", "is required with days"
        if self.days is not None and self.to_on is not None:
            yield "to", "excludes days"
        if self.from_on is not None and self.to_on is not None and self.to_on < self.from_on:
            yield "to", "is before from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Minutes of the day from the first until before the last; 24:00 is the end of the day."""

    from_minute: int = field(metadata=written("from", TIME_OF_DAY))
    to_minute: int = field(metadata=written("to", TIME_OF_DAY))

    def holds(self, now: datetime) -> bool:
        """Whether the clock shows a time within."""
        minute = now.hour * 60 + now.minute
        if self.from_minute > self.to_minute:
            return minute >= self.from_minute or minute < self.to_minute
        return self.from_minute <= minute < self.to_minute

    def problems(self) -> Iterator[tuple[str, str]]:
        """Hours that end where they begin could mean never or always."""
        if self.from_minute == self.to_minute:
            yield "to", "is the same as from"
