"""`coupon`: a percentage off for whoever presents a coupon of a series (TRON-36)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(Giving):
    """The coupon K-7Q2M is of the series K."""

    code: ClassVar[str] = "coupon"
    title: ClassVar[Text] = Text("Discount with a coupon")
    about: ClassVar[Text] = Text(
        "A percentage of the purchase for whoever presents a coupon of a series; a coupon is spent by it."
    )

    percent: str = percent_field("20")
    series: str = field(metadata=asked("series", IDENTIFIER, Text("Series of the coupons")))

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with that condition."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "conditions": [{"type": "coupon", "series": self.series}], "benefit": benefit}]
