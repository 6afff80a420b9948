"""`every-nth-purchase`: a percentage off every n-th purchase of a member (TRON-33)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text
from backend.promotions.kinds import whole

PURCHASES = whole("count", least=2, most=1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class EveryNthPurchase(Giving):
    """Purchases are counted with the one that is being made."""

    code: ClassVar[str] = "every-nth-purchase"
    title: ClassVar[Text] = Text("Every n-th purchase")
    about: ClassVar[Text] = Text("A percentage of every fifth, tenth or other purchase of a member.")

    percent: str = percent_field("10")
    every: int = field(
        default=10, metadata=asked("every", PURCHASES, Text("Every how many purchases"), unit="purchases")
    )

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "conditions": [{"type": "purchase_number", "every": self.every}], "benefit": benefit}]
