"""`points-percent-of-items`: the points of one group of products alone (ELB-08)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import ITEMS, Document, Goods, Template, named_goods
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsPercentOfItems(Template):
    """The rest of the receipt gives nothing."""

    code: ClassVar[str] = "points-percent-of-items"
    title: ClassVar[Text] = Text("Points by percentage of certain products")
    about: ClassVar[Text] = Text("A percentage of what certain products cost becomes points.")

    percent: str = percent_field("10")
    items: Goods = field(metadata=ITEMS)

    def problems(self) -> Iterator[tuple[str, str]]:
        """Without products it would be another template."""
        yield from named_goods(self.items)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those products."""
        return [{**self.items.document(), "benefit": {"type": "points", "percent": self.percent}}]
