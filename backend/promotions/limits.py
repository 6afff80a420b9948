"""How often and how much: uses of a member, of a member in a day and of all, a budget, and a ceiling for one basket.

The counters come with the basket, so that a decision can be repeated; whoever records it guards them against races.
One basket is one use. An anonymous sale is no member's use, so what limits members does not bind it.
"""

from dataclasses import dataclass, field

from backend.promotions.basket import Basket
from backend.promotions.contract import Stop
from backend.promotions.kinds import COUNT, MONEY
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What is left out does not limit. `budget` and `max_value` are money or points, as the promotion gives them."""

    per_member: int | None = field(default=None, metadata=written("per_member", COUNT))
    per_member_per_day: int | None = field(default=None, metadata=written("per_member_per_day", COUNT))
    total: int | None = field(default=None, metadata=written("total", COUNT))
    budget_centi: int | None = field(default=None, metadata=written("budget", MONEY))
    max_value_centi: int | None = field(default=None, metadata=written("max_value", MONEY))

    def stops(self, promotion: str, basket: Basket) -> Stop | None:
        """Whether the promotion has been used as often as it may be."""
        if self is UNLIMITED:
            return None
        return Stop("limit") if self._is_used_up(promotion, basket) else None

    def budget_left_centi(self, promotion: str, basket: Basket) -> int | None:
        """What may still be given; None without a budget."""
        if self.budget_centi is None:
            return None
        counter = basket.counters.get(promotion)
        return max(0, self.budget_centi - (counter.value_centi if counter else 0))

    def _is_used_up(self, promotion: str, basket: Basket) -> bool:
        counter = basket.counters.get(promotion)
        if self.total is not None and (counter.uses if counter else 0) >= self.total:
            return True
        if basket.member is None:
            return False
        uses = basket.member.uses.get(promotion)
        ever, today = (uses.total, uses.today) if uses else (0, 0)
        return (self.per_member is not None and ever >= self.per_member) or (
            self.per_member_per_day is not None and today >= self.per_member_per_day
        )


UNLIMITED = Limits()
