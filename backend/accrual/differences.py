"""What a receipt is due after more of its lines were found to be products: pure.

Two evaluations of today, one with the lines as they were taken before and one as they are taken now, differ by what was
found alone: whatever else has changed since, of campaigns, groups or budgets, leaves a settled receipt as it is. Nothing
is ever taken away, and nothing that stands is given again.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from backend.accrual.returned import points_of_part
from backend.promotions.basket import Basket
from backend.promotions.outcome import Applied, Outcome
from backend.promotions.rounding import spread

Shares = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Given:
    """What a promotion gave already, in all and by line."""

    points: int
    shares: Shares


@dataclass(frozen=True, slots=True)
class Due:
    """What one promotion is to give on top, by line; `applied` is what it gives in all."""

    applied: Applied
    points: int
    shares: Shares

    def left(self, parts: Mapping[int, Fraction]) -> int:
        """The points of it that stay when those parts of the lines were returned."""
        return self.points - sum(points_of_part(share, parts[int(line)]) for line, share in self.shares.items())


def without(basket: Basket, found: Collection[str]) -> Basket:
    """The basket before those lines were found to be products."""
    lines = (
        replace(line, sku=None, groups=frozenset(), brand=None) if line.id in found else line
        for line in basket.lines or ()
    )
    return replace(basket, lines=tuple(lines))


def dues_of(*, before: Outcome, after: Outcome, given: Mapping[str, Sequence[Given]]) -> list[Due]:
    """What each promotion gives more than before and more than what stands, in the order of the promotions.

    What gave way to a better promotion counts towards that: where one of several applies, the member gets what the best
    gives, not the sum.
    """
    standing = {promotion: sum(each.points for each in several) for promotion, several in given.items()}
    was = {one.promotion: one.points for one in before.applied}
    more = [
        (one, points)
        for one in after.applied
        if (points := one.points - max(standing.get(one.promotion, 0), was.get(one.promotion, 0))) > 0
    ]
    replaced = sum(
        min(standing.get(no.promotion, 0), was.get(no.promotion, 0))
        for no in after.not_applied
        if no.reason == "combine"
    )
    whole = sum(points for _, points in more)
    if whole <= replaced:
        return []
    parts = spread(whole - replaced, [points for _, points in more])
    return [
        Due(one, part, _shares(one, part, given.get(one.promotion, ())))
        for (one, _), part in zip(more, parts, strict=True)
        if part
    ]


def _shares(one: Applied, points: int, given: Iterable[Given]) -> dict[str, int]:
    """Divide the points over the lines that bring more than stands."""
    more = dict(one.point_shares)
    for each in given:
        for line, share in each.shares.items():
            more[line] = more.get(line, 0) - share
    gains = {line: share for line, share in more.items() if share > 0}
    return dict(zip(gains, spread(points, list(gains.values())), strict=True)) if gains else {}
