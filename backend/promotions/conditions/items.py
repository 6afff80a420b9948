"""`items`: the basket holds certain items, enough of them by quantity or by amount."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop, Unknown, missing_money, missing_quantity
from backend.promotions.facts import Facts
from backend.promotions.kinds import MONEY, QUANTITY_ABOVE_ZERO, object_of
from backend.promotions.parameters import written
from backend.promotions.selection import EVERYTHING, Selection


@dataclass(frozen=True, slots=True, kw_only=True)
class Items(Condition):
    """Quantities add up whatever their units are. Without a minimum one line is enough."""

    type: ClassVar[str] = "items"
    needs: ClassVar[Unknown | None] = "items"

    items: Selection = field(default=EVERYTHING, metadata=written("items", object_of(Selection)))
    min_milli: int | None = field(default=None, metadata=written("min_quantity", QUANTITY_ABOVE_ZERO))
    min_minor: int | None = field(default=None, metadata=written("min_amount", MONEY))

    def hinges_on(self) -> Facts | None:
        """What the lines must be, unless an amount of zero lets none be enough."""
        return None if self.min_minor == 0 else self.items.hinges_on()

    def stops(self, basket: Basket) -> Stop | None:
        """Stopped, it says how many units or how much money more would have been enough."""
        goods = basket.goods
        positions = self.items.select(goods)
        if self.min_milli is not None:
            missing = self.min_milli - sum(goods.lines[position].quantity_milli for position in positions)
            return missing_quantity(self.type, missing) if missing > 0 else None
        if self.min_minor is not None:
            missing = self.min_minor - sum(goods.totals[position] for position in positions)
            return missing_money(self.type, missing) if missing > 0 else None
        return None if positions else Stop(self.type)

    def problems(self) -> Iterator[tuple[str, str]]:
        """One minimum, not two."""
        if self.min_milli is not None and self.min_minor is not None:
            yield "min_amount", "excludes min_quantity"
