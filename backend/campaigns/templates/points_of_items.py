"""`points-of-items`: points for every full amount of certain products (INF-07)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import ITEMS, Document, Goods, Template, named_goods
from backend.campaigns.templates.fields import every_field, points_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsOfItems(Template):
    """The products are counted together."""

    code: ClassVar[str] = "points-of-items"
    title: ClassVar[Text] = Text("Points for certain products")
    about: ClassVar[Text] = Text("Points for every full amount that certain products of the receipt come to.")

    every: str = every_field("100.00")
    points: str = points_field("1")
    items: Goods = field(metadata=ITEMS)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Without products it would be another template."""
        yield from named_goods(self.items)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those products."""
        benefit = {"type": "points", "every": self.every, "points": self.points}
        return [{**self.items.document(), "benefit": benefit}]
