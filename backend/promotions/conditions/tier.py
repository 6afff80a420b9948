"""`tier`: the member stands in one of these levels."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import TEXT, set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier(Condition):
    """Levels by name, exactly. A higher level is not in a lower one: whoever means both writes both."""

    type: ClassVar[str] = "tier"

    tiers: frozenset[str] = field(metadata=written("in", set_of(TEXT)))

    def hinges_on(self) -> Facts | None:
        """The member's level."""
        return facts("tier", self.tiers)

    def stops(self, basket: Basket) -> Stop | None:
        """An anonymous buyer stands in no level."""
        member = basket.member
        return Stop(self.type) if member is None or member.tier not in self.tiers else None
