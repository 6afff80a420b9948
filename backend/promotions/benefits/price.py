"""`price`: a loyalty price for an item; what the line costs above it is the benefit, and never a surcharge."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import NO_ITEMS, Benefit, Offer, PerLine, Ratio, Scope, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import MONEY, map_of
from backend.promotions.parameters import written
from backend.promotions.rounding import round_half_away

_NOTHING = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Benefit):
    """Prices of a whole unit by sku, exactly."""

    type: ClassVar[str] = "price"
    needs_lines: ClassVar[bool] = True

    prices_minor: Mapping[str, int] = field(metadata=written("prices", map_of(MONEY)))

    def hinges_on(self) -> Facts | None:
        """An item that has a price here."""
        return facts("sku", self.prices_minor)

    def offer(self, scope: Scope) -> Offer | Stop:
        """The price of a quantity is rounded as a till rounds it."""
        lines = [scope.basket.goods.lines[position] for position in scope.positions]
        prices = [self.prices_minor.get(line.sku) if line.sku is not None else None for line in lines]
        if all(price is None for price in prices):
            return NO_ITEMS
        above: list[Ratio] = []
        for line, price, base in zip(lines, prices, scope.base, strict=True):
            due = None if price is None else round_half_away(price * line.quantity_milli, 1000)
            above.append(_NOTHING if due is None else (max(0, base - due), 1))
        return PerLine(Text("Loyalty price"), tuple(above))
