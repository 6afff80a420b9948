"""`purchase_number`: this is the member's first purchase, or every n-th."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.kinds import COUNT_ABOVE_ZERO, FLAG
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchaseNumber(Condition):
    """Purchases are counted with this one."""

    type: ClassVar[str] = "purchase_number"

    first: bool | None = field(default=None, metadata=written("first", FLAG))
    every: int | None = field(default=None, metadata=written("every", COUNT_ABOVE_ZERO))

    def stops(self, basket: Basket) -> Stop | None:
        """A member whose purchases are not known stands at none; `every` says how many more bring the next."""
        before = basket.member.purchases_before if basket.member else None
        if before is None:
            return Stop(self.type)
        if self.every is None:
            return Stop(self.type) if before else None
        missing = -(before + 1) % self.every
        return Stop(self.type, str(missing), "purchases") if missing else None

    def problems(self) -> Iterator[tuple[str, str]]:
        """One of the two, and `first` can only be true."""
        if self.first is None and self.every is None:
            yield "first", "is required, or every"
        if self.first is False:
            yield "first", "must be true"
        if self.first and self.every is not None:
            yield "every", "excludes first"
