"""`points`: a fixed number, a number for every full amount spent, or a percentage of what is spent.

A fixed number is given once, however many units are selected. `every` counts full amounts only and repeats; a
percentage and fractions of a point round half away from zero, once. One point of a percentage is one unit of currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.contract import (
    NO_ITEMS,
    AwardKind,
    Benefit,
    Form,
    Offer,
    Ratio,
    Scope,
    Stop,
    Whole,
    missing_money,
)
from backend.promotions.kinds import (
    MONEY_ABOVE_ZERO,
    MONEY_DECIMALS,
    PERCENT,
    PERCENT_DECIMALS,
    PERCENT_SCALE,
    POINTS,
    POINTS_DECIMALS_MAX,
)
from backend.promotions.parameters import written
from backend.promotions.saying import shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class Points(Benefit):
    """Exactly one of the three forms. `points_centi` is hundredths of a point, whatever the programme's decimals."""

    type: ClassVar[str] = "points"
    fixed_kind: ClassVar[AwardKind | None] = "points"

    points_centi: int | None = field(default=None, metadata=written("points", POINTS))
    every_minor: int | None = field(default=None, metadata=written("every", MONEY_ABOVE_ZERO))
    percent_parts: int | None = field(default=None, metadata=written("percent", PERCENT))

    def counts_paid(self, form: Form) -> bool:  # noqa: ARG002 - in every form
        """Points are for what is paid."""
        return True

    def offer(self, scope: Scope) -> Offer | Stop:
        """Points, which the selected lines share by what they count for."""
        if self.every_minor is not None and scope.base_minor < self.every_minor:
            return missing_money("items", self.every_minor - scope.base_minor)
        return Whole(self._why(scope), self._hundredths(scope.base_minor))

    def lacks(self) -> Stop:
        """A whole amount is missing, where one is asked for."""
        return NO_ITEMS if self.every_minor is None else missing_money("items", self.every_minor)

    def problems(self) -> Iterator[tuple[str, str]]:
        """The three forms exclude each other."""
        if self.percent_parts is None and self.points_centi is None:
            yield "points", "is required, or percent"
        if self.percent_parts is not None and self.points_centi is not None:
            yield "percent", "excludes points"
        if self.percent_parts is not None and self.every_minor is not None:
            yield "percent", "excludes every"

    def _hundredths(self, base_minor: int) -> Ratio:
        """Exact hundredths of a point, before any rounding."""
        if self.percent_parts is not None:
            return base_minor * self.percent_parts, PERCENT_SCALE
        return (self.points_centi or 0) * self._times(base_minor), 1

    def _times(self, base_minor: int) -> int:
        return 1 if self.every_minor is None else base_minor // self.every_minor

    def _why(self, scope: Scope) -> Text:
        if self.percent_parts is not None:
            base = format_units(scope.base_minor, MONEY_DECIMALS)
            percent = shortest(self.percent_parts, PERCENT_DECIMALS)
            return Text(
                "Points: {percent} % of {base} {currency}",
                {"percent": percent, "base": base, "currency": scope.basket.currency},
            )
        points = shortest(self.points_centi or 0, POINTS_DECIMALS_MAX)
        if self.every_minor is None:
            return Text("Points for this purchase: {points}", {"points": points})
        return Text(
            "Points for every {every} {currency}: {points} × {times}",
            {
                "every": format_units(self.every_minor, MONEY_DECIMALS),
                "currency": scope.basket.currency,
                "points": points,
                "times": str(self._times(scope.base_minor)),
            },
        )
