"""In which form a programme gave at a moment: pure, from what was said of it, which is only ever added to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from backend.programmes.models import ProgrammeScheme

Scheme = Literal["none", "points", "amount", "discount"]


def scheme_at(said: Sequence[ProgrammeScheme], at: datetime) -> str | None:
    """The scheme that holds; the newest decision overrides what was planned before it. None leaves the form to each."""
    holding = _holding(said, at)
    return holding.scheme if holding is not None else None


def scheme_after(said: Sequence[ProgrammeScheme], at: datetime) -> ProgrammeScheme | None:
    """What is planned to hold next, unless something newer holds until then and beyond."""
    holding = _holding(said, at)
    newest = holding.number if holding is not None else 0
    coming = [each for each in said if each.since_at > at and each.number > newest]
    return min(coming, key=lambda each: (each.since_at, -each.number), default=None)


def _holding(said: Sequence[ProgrammeScheme], at: datetime) -> ProgrammeScheme | None:
    return max((each for each in said if each.since_at <= at), key=lambda each: each.number, default=None)
