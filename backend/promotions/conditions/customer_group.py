"""`customer_group`: the member is in one of these groups, such as pensioners or students."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import TEXT, set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup(Condition):
    """Groups by name, exactly; one of them is enough."""

    type: ClassVar[str] = "customer_group"

    groups: frozenset[str] = field(metadata=written("in", set_of(TEXT)))

    def hinges_on(self) -> Facts | None:
        """Groups of the member."""
        return facts("customer group", self.groups)

    def stops(self, basket: Basket) -> Stop | None:
        """An anonymous buyer is in no group."""
        member = basket.member
        return Stop(self.type) if member is None or self.groups.isdisjoint(member.groups) else None
