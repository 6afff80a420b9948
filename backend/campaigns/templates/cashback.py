"""`cashback`: a percentage of each purchase comes back for the next ones (INF-05)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import EVERYTHING, ITEMS, Document, Goods, Template
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Cashback(Template):
    """Nothing is taken off the purchase that earns it."""

    code: ClassVar[str] = "cashback"
    title: ClassVar[Text] = Text("Money back")
    about: ClassVar[Text] = Text("A percentage of each purchase comes back and can be used from the next purchase on.")

    percent: str = percent_field("2")
    items: Goods = field(default=EVERYTHING, metadata=ITEMS)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on what counts."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.items.document(), "benefit": benefit, "grant": {"as": "cashback"}}]
