"""`text`: words that are printed with the receipt as non-fiscal text, such as a prize coupon."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import AwardKind, Benefit, Offer, Scope, Stop, Things
from backend.promotions.kinds import IDENTIFIER
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedText(Benefit):
    """The text as it stands; it is not translated."""

    type: ClassVar[str] = "text"
    fixed_kind: ClassVar[AwardKind | None] = "text"

    text: str = field(metadata=written("text", IDENTIFIER))

    def offer(self, scope: Scope) -> Offer | Stop:  # noqa: ARG002 - what is selected only has to be there
        """The text, once."""
        return Things(Text("A text on the receipt"), 1, self.text)
