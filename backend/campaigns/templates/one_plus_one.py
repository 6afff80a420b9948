"""`one-plus-one`: of two identical items the second is free (TRON-28)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import EVERYTHING, ITEMS, Document, Giving, Goods, asked
from backend.campaigns.templates.fields import REPEAT_TITLE
from backend.kit.i18n import Text
from backend.promotions.kinds import FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class OnePlusOne(Giving):
    """A pair is two of one article code."""

    code: ClassVar[str] = "one-plus-one"
    title: ClassVar[Text] = Text("1 + 1 free")
    about: ClassVar[Text] = Text("Of two pieces of the same product the second is free.")

    items: Goods = field(default=EVERYTHING, metadata=ITEMS)
    repeat: bool = field(default=True, metadata=asked("repeat", FLAG, REPEAT_TITLE))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on identical pieces."""
        pairs = {"type": "multibuy", "buy": 1, "get": 1, "percent": "100", "identical": True, "repeat": self.repeat}
        return [{**self.giving(), **self.items.document(), "benefit": pairs}]
