"""`spend-over-period`: a percentage off for members whose earlier receipts of some days reach an amount."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving
from backend.campaigns.templates.fields import days_field, minimum_field, percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SpendOverPeriod(Giving):
    """The purchase itself is not among the earlier ones."""

    code: ClassVar[str] = "spend-over-period"
    title: ClassVar[Text] = Text("Spending over a period")
    about: ClassVar[Text] = Text("A percentage for members whose earlier receipts of the last days come to an amount.")

    minimum: str = minimum_field("10000.00", Text("Spent before, at least"))
    days: int = days_field(30, Text("In how many days"))
    percent: str = percent_field("10")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [
            {
                **self.giving(),
                "conditions": [{"type": "spent", "min": self.minimum, "days": self.days}],
                "benefit": benefit,
            }
        ]
