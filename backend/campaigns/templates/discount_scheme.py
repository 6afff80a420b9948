"""`discount-scheme`: a percentage of purchases collects as points that become a discount (ELB-07)."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscountScheme(Template):
    """What it collects are points, and it is the scheme `discount` all the same."""

    code: ClassVar[str] = "discount-scheme"
    title: ClassVar[Text] = Text("Discount scheme")
    about: ClassVar[Text] = Text(
        "A percentage of every purchase is collected as points, which are later turned into a discount."
    )
    scheme: ClassVar[str | None] = "discount"

    percent: str = percent_field("10")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on everything."""
        return [{"benefit": {"type": "percent", "percent": self.percent}, "grant": {"as": "points"}}]
