"""`coupon`: a coupon of a series for the next time; whoever applies the outcome writes its number."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import AwardKind, Benefit, Offer, Scope, Stop, Things
from backend.promotions.kinds import IDENTIFIER
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponGift(Benefit):
    """One coupon for the basket."""

    type: ClassVar[str] = "coupon"
    fixed_kind: ClassVar[AwardKind | None] = "coupon"

    series: str = field(metadata=written("series", IDENTIFIER))

    def offer(self, scope: Scope) -> Offer | Stop:  # noqa: ARG002 - what is selected only has to be there
        """The coupon."""
        return Things(Text("A coupon for the next purchase"), 1, self.series)
