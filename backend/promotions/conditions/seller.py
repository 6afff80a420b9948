"""`seller`: the receipt is issued by one of these taxpayers."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop, Unknown
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import TEXT, set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Seller(Condition):
    """Sellers by their tax numbers, exactly."""

    type: ClassVar[str] = "seller"
    needs: ClassVar[Unknown | None] = "seller"

    tax_ids: frozenset[str] = field(metadata=written("tax_ids", set_of(TEXT)))

    def hinges_on(self) -> Facts | None:
        """Who issued the receipt."""
        return facts("seller", self.tax_ids)

    def stops(self, basket: Basket) -> Stop | None:
        """A seller that is not known is none of them."""
        return None if basket.seller_tax_id in self.tax_ids else Stop(self.type)
