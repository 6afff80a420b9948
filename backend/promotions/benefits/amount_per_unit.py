"""`amount_per_unit`: so much for every unit of quantity, such as 3 dinars a litre, rounded line by line."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.basket import BasketLine
from backend.promotions.contract import NO_ITEMS, Benefit, Offer, PerLine, Scope, Stop
from backend.promotions.kinds import MONEY, MONEY_DECIMALS, TEXT
from backend.promotions.parameters import written

_NOTHING = (0, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountPerUnit(Benefit):
    """Only lines in this unit, whatever its case; any unit when none is said."""

    type: ClassVar[str] = "amount_per_unit"
    needs_lines: ClassVar[bool] = True

    amount_minor: int = field(metadata=written("amount", MONEY))
    unit: str | None = field(default=None, metadata=written("unit", TEXT))

    def offer(self, scope: Scope) -> Offer | Stop:
        """Fractions of a unit count."""
        lines = [scope.basket.goods.lines[position] for position in scope.positions]
        fits = [self._fits(line) for line in lines]
        if not any(fits):
            return NO_ITEMS
        said = {
            "amount": format_units(self.amount_minor, MONEY_DECIMALS),
            "currency": scope.basket.currency,
            "unit": self.unit or "",
        }
        of_unit, of_any = (
            Text("{amount} {currency} for every {unit}", said),
            Text("{amount} {currency} for every unit", said),
        )
        return PerLine(
            of_unit if self.unit else of_any,
            tuple(
                (self.amount_minor * line.quantity_milli, 1000) if fit else _NOTHING
                for line, fit in zip(lines, fits, strict=True)
            ),
        )

    def _fits(self, line: BasketLine) -> bool:
        if self.unit is None:
            return True
        return line.unit is not None and line.unit.strip().casefold() == self.unit.strip().casefold()
