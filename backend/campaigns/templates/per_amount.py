"""`per-amount`: so much for every full amount, 20 for every 100 unless said (TRON-31)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import EVERYTHING, ITEMS, Document, Giving, Goods, asked
from backend.campaigns.templates.fields import MONEY, REPEAT_TITLE, every_field
from backend.kit.i18n import Text
from backend.promotions.kinds import FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class PerAmount(Giving):
    """Whether 200 bring twice as much is a parameter."""

    code: ClassVar[str] = "per-amount"
    title: ClassVar[Text] = Text("100 : 20")
    about: ClassVar[Text] = Text("An amount off for every full amount of the products that count.")

    every: str = every_field("100.00")
    amount: str = field(default="20.00", metadata=asked("amount", MONEY, Text("Amount given")))
    repeat: bool = field(default=True, metadata=asked("repeat", FLAG, REPEAT_TITLE))
    items: Goods = field(default=EVERYTHING, metadata=ITEMS)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on what counts."""
        benefit = {"type": "per_amount", "every": self.every, "gives": self.amount, "repeat": self.repeat}
        return [{**self.giving(), **self.items.document(), "benefit": benefit}]
