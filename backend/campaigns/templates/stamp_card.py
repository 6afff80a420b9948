"""`stamp-card`: pieces fill a card across receipts, and a full card brings a gift."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import ITEMS, Document, Goods, Template, asked, named_goods
from backend.campaigns.templates.fields import PIECES
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class StampCard(Template):
    """What is weighed or measured gives no stamps."""

    code: ClassVar[str] = "stamp-card"
    title: ClassVar[Text] = Text("Stamp card")
    about: ClassVar[Text] = Text("Every piece of certain products is a stamp; a full card brings a gift.")

    needs: int = field(default=10, metadata=asked("needs", PIECES, Text("Stamps of a full card"), unit="pieces"))
    items: Goods = field(metadata=ITEMS)
    gift: str = field(metadata=asked("gift", IDENTIFIER, Text("Article code of the gift")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """Stamps are for certain products."""
        yield from named_goods(self.items)

    def promotions(self, own: str) -> list[Document]:
        """One promotion whose counter is this campaign's own."""
        reward = {"type": "gift", "sku": self.gift}
        benefit = {"type": "stamp", "counter": own, "needs": self.needs, "reward": reward}
        return [{**self.items.document(), "benefit": benefit}]
