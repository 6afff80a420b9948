"""`points-of-receipt`: points for every full amount of the whole receipt (INF-06)."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template
from backend.campaigns.templates.fields import every_field, points_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOfReceipt(Template):
    """What is left below a full amount gives nothing."""

    code: ClassVar[str] = "points-of-receipt"
    title: ClassVar[Text] = Text("Points for the whole receipt")
    about: ClassVar[Text] = Text("Points for every full amount of what is paid.")

    every: str = every_field("100.00")
    points: str = points_field("1")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on everything."""
        return [{"benefit": {"type": "points", "every": self.every, "points": self.points}}]
