"""`cheaper-for-less`: a percentage off the cheaper of two items, 50 % unless said (TRON-32)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import EVERYTHING, ITEMS, Document, Giving, Goods, asked
from backend.campaigns.templates.fields import REPEAT_TITLE, percent_field
from backend.kit.i18n import Text
from backend.promotions.kinds import FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class CheaperForLess(Giving):
    """Pieces are paired from the dearest down."""

    code: ClassVar[str] = "cheaper-for-less"
    title: ClassVar[Text] = Text("Discount on the cheaper item")
    about: ClassVar[Text] = Text("Of every two pieces the cheaper costs less.")

    percent: str = percent_field("50")
    items: Goods = field(default=EVERYTHING, metadata=ITEMS)
    repeat: bool = field(default=True, metadata=asked("repeat", FLAG, REPEAT_TITLE))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on pairs."""
        pairs = {"type": "multibuy", "buy": 1, "get": 1, "percent": self.percent, "repeat": self.repeat}
        return [{**self.giving(), **self.items.document(), "benefit": pairs}]
