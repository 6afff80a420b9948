"""`first-purchase`: a percentage off the member's first purchase (TRON-33)."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPurchase(Giving):
    """The second purchase gets nothing of it."""

    code: ClassVar[str] = "first-purchase"
    title: ClassVar[Text] = Text("First purchase")
    about: ClassVar[Text] = Text("A percentage of the first purchase of a new member.")

    percent: str = percent_field("10")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "conditions": [{"type": "purchase_number", "first": True}], "benefit": benefit}]
