"""`per_amount`: so much for every full amount, such as 20 for every 100."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.contract import Benefit, Form, Offer, Scope, Stop, Whole, missing_money
from backend.promotions.kinds import FLAG, MONEY, MONEY_ABOVE_ZERO, MONEY_DECIMALS
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAmount(Benefit):
    """It counts what is paid: a discount what is left at its turn, anything else the pay after all discounts."""

    type: ClassVar[str] = "per_amount"

    every_minor: int = field(metadata=written("every", MONEY_ABOVE_ZERO))
    gives_minor: int = field(metadata=written("gives", MONEY))
    repeat: bool = field(default=True, metadata=written("repeat", FLAG))

    def counts_paid(self, form: Form) -> bool:
        """Nothing lowers the pay after a discount, but that discount itself must not wait for it."""
        return form != "discount"

    def reads_left(self, form: Form) -> bool:  # noqa: ARG002 - in every form
        """Always what is left, at its turn or in the end."""
        return True

    def offer(self, scope: Scope) -> Offer | Stop:
        """Once only, unless it repeats."""
        times = scope.base_minor // self.every_minor
        if not times:
            return missing_money("items", self.every_minor - scope.base_minor)
        if not self.repeat:
            times = 1
        said = {
            "gives": format_units(self.gives_minor, MONEY_DECIMALS),
            "every": format_units(self.every_minor, MONEY_DECIMALS),
            "currency": scope.basket.currency,
            "times": str(times),
        }
        repeated = Text("{gives} for every {every} {currency}: × {times}", said)
        once = Text("{gives} from {every} {currency}", said)
        return Whole(repeated if self.repeat else once, (self.gives_minor * times, 1))

    def lacks(self) -> Stop:
        """A whole amount is missing."""
        return missing_money("items", self.every_minor)
