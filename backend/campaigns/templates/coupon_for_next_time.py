"""`coupon-for-next-time`: a coupon of a series for receipts from a minimum on (TRON-36, ELB-23)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked, audience_field
from backend.campaigns.templates.fields import minimum_field
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponForNextTime(Template):
    """Its other half is the template `coupon`."""

    code: ClassVar[str] = "coupon-for-next-time"
    title: ClassVar[Text] = Text("Coupon for the next purchase")
    about: ClassVar[Text] = Text("Receipts from a minimum amount on bring a coupon for the next purchase.")

    minimum: str = minimum_field("1000.00", Text("Receipts of at least"))
    series: str = field(metadata=asked("series", IDENTIFIER, Text("Series of the coupons")))
    audience: str = audience_field()

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on receipts that are large enough."""
        least = {"type": "basket_total", "min": self.minimum}
        benefit = {"type": "coupon", "series": self.series}
        return [{"audience": self.audience, "conditions": [least], "benefit": benefit}]
