"""`survey`: points with a purchase soon after a survey was filled in."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.fields import points_field, within_days_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey(Template):
    """Once for each member."""

    code: ClassVar[str] = "survey"
    title: ClassVar[Text] = Text("Points for a survey")
    about: ClassVar[Text] = Text("Points with the first purchase after a member has filled in a survey.")

    points: str = points_field("50")
    within_days: int = within_days_field(30, Text("Days after it happened"))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion, once for each member."""
        happened = {"type": "event", "name": "survey_filled", "within_days": self.within_days}
        benefit = {"type": "points", "points": self.points}
        return [{"conditions": [happened], "benefit": benefit, "limits": {"per_member": 1}}]
