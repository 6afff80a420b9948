"""`threshold`: a percentage off purchases above an amount (TRON-30)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked
from backend.campaigns.templates.fields import MONEY, percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Giving):
    """The amount itself is not above it."""

    code: ClassVar[str] = "threshold"
    title: ClassVar[Text] = Text("Discount above an amount")
    about: ClassVar[Text] = Text("A percentage of the whole purchase when it costs more than an amount.")

    above: str = field(default="3000.00", metadata=asked("above", MONEY, Text("Purchases above")))
    percent: str = percent_field("10")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "conditions": [{"type": "basket_total", "above": self.above}], "benefit": benefit}]
