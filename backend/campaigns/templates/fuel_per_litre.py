"""`fuel-per-litre`: so much off every litre of fuel and nothing off other goods (LTY-22)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import ITEMS, Document, Giving, Goods, asked, audience_field
from backend.campaigns.templates.fields import MONEY
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class FuelPerLitre(Giving):
    """Fuel is the group `fuel` unless other products are named."""

    code: ClassVar[str] = "fuel-per-litre"
    title: ClassVar[Text] = Text("Fuel discount by the litre")
    about: ClassVar[Text] = Text("An amount off every litre of any kind of fuel; other goods cost what they cost.")

    audience: str = audience_field("members")
    amount: str = field(default="3.00", metadata=asked("amount", MONEY, Text("Amount for every unit")))
    unit: str = field(default="l", metadata=asked("unit", IDENTIFIER, Text("Unit of measure")))
    items: Goods = field(default=Goods(groups=["fuel"]), metadata=ITEMS)

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on the fuel."""
        benefit = {"type": "amount_per_unit", "amount": self.amount, "unit": self.unit}
        return [{**self.giving(), **self.items.document(), "benefit": benefit}]
