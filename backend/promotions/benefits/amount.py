"""`amount`: so much once, spread over the selected lines."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.contract import Benefit, Offer, Scope, Stop, Whole
from backend.promotions.kinds import MONEY, MONEY_DECIMALS
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount(Benefit):
    """The amount does not depend on what the lines cost, but a discount ends where nothing is left to pay."""

    type: ClassVar[str] = "amount"

    amount_minor: int = field(metadata=written("amount", MONEY))

    def offer(self, scope: Scope) -> Offer | Stop:
        """The amount, once."""
        said = {"amount": format_units(self.amount_minor, MONEY_DECIMALS), "currency": scope.basket.currency}
        return Whole(Text("{amount} {currency} for this purchase", said), (self.amount_minor, 1))
