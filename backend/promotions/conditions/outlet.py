"""`outlet`: the sale is at one of these outlets."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop, Unknown
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import TEXT, set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Condition):
    """Outlets by their codes, exactly."""

    type: ClassVar[str] = "outlet"
    needs: ClassVar[Unknown | None] = "outlet"

    outlets: frozenset[str] = field(metadata=written("in", set_of(TEXT)))

    def hinges_on(self) -> Facts | None:
        """The sale's outlet."""
        return facts("outlet", self.outlets)

    def stops(self, basket: Basket) -> Stop | None:
        """A sale at an outlet that is not known is at none of them."""
        return None if basket.outlet in self.outlets else Stop(self.type)
