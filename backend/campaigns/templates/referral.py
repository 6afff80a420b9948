"""`referral`: points after the first receipt of a friend whom the member brought."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.fields import points_field, within_days_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Referral(Template):
    """Once for each member."""

    code: ClassVar[str] = "referral"
    title: ClassVar[Text] = Text("Points for a friend")
    about: ClassVar[Text] = Text(
        "Points with the first purchase after a friend whom the member brought has made theirs."
    )

    points: str = points_field("100")
    within_days: int = within_days_field(30, Text("Days after it happened"))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion, once for each member."""
        happened = {"type": "event", "name": "friend_first_receipt", "within_days": self.within_days}
        benefit = {"type": "points", "points": self.points}
        return [{"conditions": [happened], "benefit": benefit, "limits": {"per_member": 1}}]
