"""`basket_total`: the whole basket reaches `min`, or comes to strictly more than `above`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop, missing_money
from backend.promotions.kinds import MONEY
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketTotal(Condition):
    """The total before any discount, of all lines, whichever the promotion selects."""

    type: ClassVar[str] = "basket_total"

    min_minor: int | None = field(default=None, metadata=written("min", MONEY))
    above_minor: int | None = field(default=None, metadata=written("above", MONEY))

    @property
    def least_total_minor(self) -> int:
        """Strictly more is at least one minor unit more."""
        return self.min_minor or 0 if self.above_minor is None else self.above_minor + 1

    def stops(self, basket: Basket) -> Stop | None:
        """Stopped, it says how much more would have been enough."""
        missing = self.least_total_minor - basket.total_minor
        return missing_money(self.type, missing) if missing > 0 else None

    def problems(self) -> Iterator[tuple[str, str]]:
        """One threshold, not two and not none."""
        if self.min_minor is None and self.above_minor is None:
            yield "min", "is required, or above"
        if self.min_minor is not None and self.above_minor is not None:
            yield "above", "excludes min"
