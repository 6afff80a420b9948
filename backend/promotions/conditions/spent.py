"""`spent`: the member's earlier receipts of the last days come to an amount; this sale is not among them."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop, missing_money
from backend.promotions.kinds import DAYS_ABOVE_ZERO, MONEY
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class SpentBefore(Condition):
    """At least `min_minor` in a window of `days`."""

    type: ClassVar[str] = "spent"

    min_minor: int = field(metadata=written("min", MONEY))
    days: int = field(metadata=written("days", DAYS_ABOVE_ZERO))

    def stops(self, basket: Basket) -> Stop | None:
        """Stopped, it says how much more would have been enough. An anonymous buyer has no earlier receipts."""
        if basket.member is None:
            return Stop(self.type)
        missing = self.min_minor - basket.member.spent.within(self.days, basket.now)
        return missing_money(self.type, missing) if missing > 0 else None
