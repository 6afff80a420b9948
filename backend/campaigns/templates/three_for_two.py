"""`three-for-two`: of certain items some are bought and the cheapest are free, 3 for 2 unless said (TRON-29)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import ITEMS, Document, Giving, Goods, asked, named_goods
from backend.campaigns.templates.fields import PIECES, REPEAT_TITLE
from backend.kit.i18n import Text
from backend.promotions.kinds import FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreeForTwo(Giving):
    """So six pieces make two groups."""

    code: ClassVar[str] = "three-for-two"
    title: ClassVar[Text] = Text("3 for 2")
    about: ClassVar[Text] = Text(
        "Of every three pieces of certain products the cheapest is free; pieces are grouped from the dearest down."
    )

    items: Goods = field(metadata=ITEMS)
    buy: int = field(default=2, metadata=asked("buy", PIECES, Text("Pieces that are paid"), unit="pieces"))
    get: int = field(default=1, metadata=asked("get", PIECES, Text("Pieces that are free"), unit="pieces"))
    repeat: bool = field(default=True, metadata=asked("repeat", FLAG, REPEAT_TITLE))

    def problems(self) -> Iterator[tuple[str, str]]:
        """It is for certain products."""
        yield from super(ThreeForTwo, self).problems()
        yield from named_goods(self.items)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those products."""
        groups = {"type": "multibuy", "buy": self.buy, "get": self.get, "percent": "100", "repeat": self.repeat}
        return [{**self.giving(), **self.items.document(), "benefit": groups}]
