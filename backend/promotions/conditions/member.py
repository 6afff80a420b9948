"""`member`: the buyer is one of these members."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import TEXT, set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Condition):
    """Members by their ids; cards change hands and numbers, so they do not name a member."""

    type: ClassVar[str] = "member"

    members: frozenset[str] = field(metadata=written("in", set_of(TEXT)))

    def hinges_on(self) -> Facts | None:
        """Who the member is."""
        return facts("member", self.members)

    def stops(self, basket: Basket) -> Stop | None:
        """An anonymous buyer is none of them."""
        return None if basket.member is not None and basket.member.id in self.members else Stop(self.type)
