"""`coupon`: the buyer presents an unspent coupon of a series.

A coupon's series is the text before its last hyphen: K-7Q2M is of the series K.
"""

from dataclasses import dataclass, field
from typing import ClassVar, Literal

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts, series_of
from backend.promotions.kinds import CODE
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon(Condition):
    """One series, whatever its case."""

    type: ClassVar[str] = "coupon"
    spends: ClassVar[Literal["codes", "coupons"] | None] = "coupons"

    series: str = field(metadata=written("series", CODE))

    def hinges_on(self) -> Facts | None:
        """A coupon's series."""
        return facts("series", (self.series,))

    def stops(self, basket: Basket) -> Stop | None:
        """Any coupon of the series will do."""
        return None if self.used(basket) else Stop(self.type)

    def used(self, basket: Basket) -> tuple[str, ...]:
        """The first of the basket's coupons that is of the series: one use takes one coupon."""
        return next(((coupon.strip(),) for coupon in basket.coupons if series_of(coupon) == self.series), ())
