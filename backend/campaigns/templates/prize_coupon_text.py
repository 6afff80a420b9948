"""`prize-coupon-text`: a text printed on receipts from a minimum on, with any scheme or none (ELB-22, ELB-23)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked, audience_field
from backend.campaigns.templates.fields import minimum_field
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class PrizeCouponText(Template):
    """Nobody needs to be a member for it."""

    code: ClassVar[str] = "prize-coupon-text"
    title: ClassVar[Text] = Text("Prize coupon on the receipt")
    about: ClassVar[Text] = Text("Receipts from a minimum amount on carry a coupon as non-fiscal text.")

    minimum: str = minimum_field("100.00", Text("Receipts of at least"))
    text: str = field(default="NAGRADNI KUPON", metadata=asked("text", IDENTIFIER, Text("Text that is printed")))
    audience: str = audience_field()

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on receipts that are large enough."""
        least = {"type": "basket_total", "min": self.minimum}
        return [{"audience": self.audience, "conditions": [least], "benefit": {"type": "text", "text": self.text}}]
