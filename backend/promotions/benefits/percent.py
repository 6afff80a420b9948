"""`percent`: so much of every selected line, rounded line by line."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import Benefit, Offer, PerLine, Scope, Stop
from backend.promotions.kinds import PERCENT, PERCENT_DECIMALS, PERCENT_SCALE
from backend.promotions.parameters import written
from backend.promotions.saying import shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Benefit):
    """As a discount it is at most the whole line, which the promotion checks."""

    type: ClassVar[str] = "percent"

    percent_parts: int = field(metadata=written("percent", PERCENT))

    def offer(self, scope: Scope) -> Offer | Stop:
        """The part of what each line counts for."""
        parts = self.percent_parts
        return PerLine(
            Text("{percent} % of the price", {"percent": shortest(parts, PERCENT_DECIMALS)}),
            tuple((base * parts, PERCENT_SCALE) for base in scope.base),
        )
