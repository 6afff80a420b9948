"""`percent`: so much of every selected line, rounded line by line."""

from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import Benefit, Offer, Portion, Scope, Stop
from backend.promotions.kinds import PERCENT, PERCENT_DECIMALS, PERCENT_SCALE
from backend.promotions.parameters import written
from backend.promotions.saying import shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class Percent(Benefit):
    """As a discount it is at most the whole line, which the promotion checks."""

    type: ClassVar[str] = "percent"

    percent_parts: int = field(metadata=written("percent", PERCENT))

    def offer(self, scope: Scope) -> Offer | Stop:  # noqa: ARG002 - the part is the same of whatever is selected
        """The part of what each line counts for."""
        return _portion(self.percent_parts)


@lru_cache(maxsize=4096)
def _portion(percent_parts: int) -> Portion:
    """It hangs on nothing else, so that promotions of the same percentage share it; reduced, its sums stay small."""
    why = Text("{percent} % of the price", {"percent": shortest(percent_parts, PERCENT_DECIMALS)})
    return Portion(why, Fraction(percent_parts, PERCENT_SCALE).as_integer_ratio())
