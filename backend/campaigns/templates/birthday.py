"""`birthday`: a percentage off around the member's birthday."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving
from backend.campaigns.templates.fields import percent_field, within_days_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Birthday(Giving):
    """Who is born on 29 February has it on 28 February in other years."""

    code: ClassVar[str] = "birthday"
    title: ClassVar[Text] = Text("Birthday")
    about: ClassVar[Text] = Text("A percentage of purchases on the member's birthday and some days around it.")

    percent: str = percent_field("10")
    within_days: int = within_days_field(0, Text("Days before and after"))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [
            {**self.giving(), "conditions": [{"type": "birthday", "within_days": self.within_days}], "benefit": benefit}
        ]
