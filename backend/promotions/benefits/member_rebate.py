"""`member_rebate`: the member's own percentage of every selected line, rounded line by line."""

from dataclasses import dataclass
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import Benefit, Offer, Portion, Scope, Stop
from backend.promotions.kinds import PERCENT_DECIMALS, PERCENT_SCALE
from backend.promotions.saying import shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRebate(Benefit):
    """It has no parameters: the percentage comes with the member."""

    type: ClassVar[str] = "member_rebate"
    needs_member: ClassVar[bool] = True

    def offer(self, scope: Scope) -> Offer | Stop:
        """A member without a rebate gets nothing."""
        parts = scope.basket.member.rebate_parts if scope.basket.member else None
        if not parts:
            return Stop("nothing")
        why = Text("Your rebate: {percent} % of the price", {"percent": shortest(parts, PERCENT_DECIMALS)})
        return Portion(why, (parts, PERCENT_SCALE))
