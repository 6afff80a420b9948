"""`gift`: buying certain items brings a gift (TRON-10)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import (
    ITEMS,
    Document,
    Goods,
    Template,
    asked,
    audience_field,
    named_goods,
)
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(Template):
    """One gift for the purchase."""

    code: ClassVar[str] = "gift"
    title: ClassVar[Text] = Text("Gift")
    about: ClassVar[Text] = Text("Buying certain products brings another one as a gift.")

    items: Goods = field(metadata=ITEMS)
    gift: str = field(metadata=asked("gift", IDENTIFIER, Text("Article code of the gift")))
    audience: str = audience_field()

    def problems(self) -> Iterator[tuple[str, str]]:
        """It is for certain products."""
        yield from named_goods(self.items)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those products."""
        benefit = {"type": "gift", "sku": self.gift}
        return [{"audience": self.audience, **self.items.document(), "benefit": benefit}]
