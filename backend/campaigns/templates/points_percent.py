"""`points-percent`: a percentage of the receipt becomes points (ELB-04)."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPercent(Template):
    """Points are counted from what is paid after discounts."""

    code: ClassVar[str] = "points-percent"
    title: ClassVar[Text] = Text("Points by percentage")
    about: ClassVar[Text] = Text("A percentage of what is paid becomes points: 10 % of 100 are 10 points.")

    percent: str = percent_field("10")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on everything."""
        return [{"benefit": {"type": "points", "percent": self.percent}}]
