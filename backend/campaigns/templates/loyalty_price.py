"""`loyalty-price`: members pay another price for certain items (TRON-27)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked, audience_field
from backend.kit.i18n import Text
from backend.promotions.kinds import MONEY, as_written, map_of

PRICES = as_written(map_of(MONEY))


@dataclass(frozen=True, slots=True, kw_only=True)
class LoyaltyPrice(Giving):
    """It never raises a price."""

    code: ClassVar[str] = "loyalty-price"
    title: ClassVar[Text] = Text("Loyalty price")
    about: ClassVar[Text] = Text(
        "Certain articles have a price for members; the difference to the regular price is the benefit."
    )

    audience: str = audience_field("members")
    prices: dict[str, str] = field(metadata=asked("prices", PRICES, Text("Prices by article code")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """It is for certain articles."""
        yield from super(LoyaltyPrice, self).problems()
        if not self.prices:
            yield "prices", "names no article"

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those articles."""
        benefit = {"type": "price", "prices": self.prices}
        return [{**self.giving(), "items": {"skus": sorted(self.prices)}, "benefit": benefit}]
