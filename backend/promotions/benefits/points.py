"""`points`: a fixed number, a number for every full amount spent, or a percentage of what is spent.

A fixed number is given once, however many units are selected. `every` counts full amounts only and repeats; a
percentage and fractions of a point round half away from zero, once. One point of a percentage is one unit of currency.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.contract import Award, Scope, Stop
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
from backend.promotions.rounding import round_half_away, spread


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Exactly one of the three forms. `points_centi` is hundredths of a point, whatever the programme's decimals."""

    type: ClassVar[str] = "points"
    needs_member: ClassVar[bool] = True

    points_centi: int | None = field(default=None, metadata=written("points", POINTS))
    every_minor: int | None = field(default=None, metadata=written("every", MONEY_ABOVE_ZERO))
    percent_parts: int | None = field(default=None, metadata=written("percent", PERCENT))

    def award(self, scope: Scope) -> Award | Stop:
        """Points in the programme's smallest unit; each line's share follows what it counts for."""
        if self.every_minor is not None and scope.base_minor < self.every_minor:
            return Stop("items", format_units(self.every_minor - scope.base_minor, MONEY_DECIMALS))
        value = round_half_away(self._points(scope.base_minor) * 10**scope.basket.points_decimals)
        if value == 0:
            return Stop("nothing")
        return Award("points", value, _shares(value, scope), self._why(scope))

    def problems(self) -> Iterator[tuple[str, str]]:
        """The three forms exclude each other."""
        if self.percent_parts is None and self.points_centi is None:
            yield "points", "is required, or percent"
        if self.percent_parts is not None and self.points_centi is not None:
            yield "percent", "excludes points"
        if self.percent_parts is not None and self.every_minor is not None:
            yield "percent", "excludes every"

    def _points(self, base_minor: int) -> Fraction:
        """Exact points, before any rounding."""
        if self.percent_parts is not None:
            return Fraction(base_minor * self.percent_parts, PERCENT_SCALE * 10**MONEY_DECIMALS)
        return Fraction((self.points_centi or 0) * self._times(base_minor), 10**POINTS_DECIMALS_MAX)

    def _times(self, base_minor: int) -> int:
        return 1 if self.every_minor is None else base_minor // self.every_minor

    def _why(self, scope: Scope) -> Text:
        if self.percent_parts is not None:
            base = format_units(scope.base_minor, MONEY_DECIMALS)
            percent = _shortest(self.percent_parts, PERCENT_DECIMALS)
            return Text(
                "Points: {percent} % of {base} {currency}",
                {"percent": percent, "base": base, "currency": scope.basket.currency},
            )
        points = _shortest(self.points_centi or 0, POINTS_DECIMALS_MAX)
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


def _shares(value: int, scope: Scope) -> tuple[tuple[str, int], ...]:
    if not scope.weights:
        return ()
    parts = spread(value, [weight for _, weight in scope.weights])
    return tuple((line, part) for (line, _), part in zip(scope.weights, parts, strict=True))


def _shortest(number: int, decimals: int) -> str:
    return format_units(number, decimals).rstrip("0").rstrip(".")
