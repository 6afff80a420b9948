"""The parameters that many templates ask for, each under one title and within the same bounds."""

from dataclasses import field
from typing import Any

from backend.campaigns.templates.contract import asked
from backend.kit.i18n import Text
from backend.promotions.kinds import (
    DAYS,
    DAYS_ABOVE_ZERO,
    IDENTIFIER,
    MONEY_ABOVE_ZERO,
    PERCENT_DECIMALS,
    POINTS_DECIMALS_MAX,
    as_written,
    decimal,
    list_of,
    whole,
)

PERCENT = as_written(decimal("percent", PERCENT_DECIMALS, above=0, most=100))
MONEY = as_written(MONEY_ABOVE_ZERO)
POINTS = as_written(decimal("points", POINTS_DECIMALS_MAX, above=0))
PIECES = whole("count", least=1, most=1000)
CODES = as_written(list_of(IDENTIFIER))

GROUPS_TITLE = Text("Groups of customers")
REPEAT_TITLE = Text("Again for every further one")


def percent_field(default: str) -> Any:  # noqa: ANN401 (a field stands for the value that it holds)
    """`percent`: more than 0 and at most 100."""
    return field(default=default, metadata=asked("percent", PERCENT, Text("Percentage")))


def minimum_field(default: str, title: Text) -> Any:  # noqa: ANN401 (as above)
    """`minimum`: an amount of money."""
    return field(default=default, metadata=asked("minimum", MONEY, title))


def points_field(default: str) -> Any:  # noqa: ANN401 (as above)
    """`points`: so many at once."""
    return field(default=default, metadata=asked("points", POINTS, Text("Points given")))


def every_field(default: str) -> Any:  # noqa: ANN401 (as above)
    """`every`: the amount that counts once."""
    return field(default=default, metadata=asked("every", MONEY, Text("For every full amount of")))


def within_days_field(default: int, title: Text) -> Any:  # noqa: ANN401 (as above)
    """`within_days`: 0 is the day itself."""
    return field(default=default, metadata=asked("within_days", DAYS, title))


def days_field(default: int, title: Text) -> Any:  # noqa: ANN401 (as above)
    """`days`: at least one."""
    return field(default=default, metadata=asked("days", DAYS_ABOVE_ZERO, title))
