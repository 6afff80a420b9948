"""What both readings of Element's groups share: a percentage of points, and for each group what a point is worth.

A group's minimum is written in points; the amount that brings so many is what a purchase has to reach. Points are given
at their worth, so that 9 points at 3.00 are 27 points of 1.00.
"""

from collections.abc import Sequence
from decimal import Decimal

from backend.kit.money import format_units
from backend.promotions.kinds import as_written, decimal

PERCENT_DECIMALS = 2
PERCENT = as_written(decimal("percent", PERCENT_DECIMALS, above=0, most=100))
MINIMUM = as_written(decimal("points", 2, most=1_000_000))
VALUE = as_written(decimal("money", 2, above=0, most=1_000))
GROUPS_MAX = 50


def worth(percent: str, value: str) -> str:
    """The percentage that gives a group's points at their worth."""
    return format((Decimal(percent) * Decimal(value)).normalize(), "f")


def least_amount(percent: str, minimum: str) -> str:
    """The smallest amount, to the hundredth, of which the percentage brings so many points."""
    points_centi, percent_parts = int(Decimal(minimum) * 100), int(Decimal(percent) * 10**PERCENT_DECIMALS)
    return format_units(-(-points_centi * 100 * 10**PERCENT_DECIMALS // percent_parts), 2)


def first_not_above(minimums: Sequence[str]) -> int | None:
    """The first group whose minimum is not above the one before it."""
    numbers = [Decimal(minimum) for minimum in minimums]
    return next((place for place in range(1, len(numbers)) if numbers[place] <= numbers[place - 1]), None)
