"""`basket_total`: the whole basket reaches `min`, or comes to strictly more than `above`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.money import format_units
from backend.promotions.basket import Basket
from backend.promotions.contract import Stop, Unknown
from backend.promotions.kinds import MONEY, MONEY_DECIMALS
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketTotal:
    """The total before any discount, of all lines, whichever the promotion selects."""

    type: ClassVar[str] = "basket_total"
    needs: ClassVar[Unknown | None] = None

    min_minor: int | None = field(default=None, metadata=written("min", MONEY))
    above_minor: int | None = field(default=None, metadata=written("above", MONEY))

    def stops(self, basket: Basket) -> Stop | None:
        """Stopped, it says how much more would have been enough."""
        missing = self._least_minor - basket.total_minor
        return Stop(self.type, format_units(missing, MONEY_DECIMALS)) if missing > 0 else None

    def problems(self) -> Iterator[tuple[str, str]]:
        """One threshold, not two and not none."""
        if self.min_minor is None and self.above_minor is None:
            yield "min", "is required, or above"
        if self.min_minor is not None and self.above_minor is not None:
            yield "above", "excludes min"

    @property
    def _least_minor(self) -> int:
        """Strictly more is at least one minor unit more."""
        return self.min_minor or 0 if self.above_minor is None else self.above_minor + 1
