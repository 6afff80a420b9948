"""`birthday`: the sale is so many days before or after the member's birthday, or on it.

Who is born on 29 February has the birthday on 28 February in other years.
"""

from calendar import isleap
from dataclasses import dataclass, field
from datetime import date
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.kinds import DAYS
from backend.promotions.parameters import written

_LEAP_DAY = (2, 29)


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday(Condition):
    """Zero days, or none said, is the day itself."""

    type: ClassVar[str] = "birthday"

    within_days: int = field(default=0, metadata=written("within_days", DAYS))

    def stops(self, basket: Basket) -> Stop | None:
        """The nearest birthday counts, also across the turn of the year; one that is not known is never near."""
        born = basket.member.birthday_on if basket.member else None
        if born is None:
            return Stop(self.type)
        today = basket.now.date()
        away = min(abs((_birthday(born, today.year + step) - today).days) for step in (-1, 0, 1))
        return None if away <= self.within_days else Stop(self.type)


def _birthday(born: date, year: int) -> date:
    if (born.month, born.day) == _LEAP_DAY and not isleap(year):
        return date(year, 2, 28)
    return born.replace(year=year)
