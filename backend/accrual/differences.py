"""What a receipt is due after more of its lines were found to be products: pure.

Two evaluations of today, one with the lines as they were taken before and one as they are taken now, differ by what was
found alone: whatever else has changed since, of campaigns, groups or budgets, leaves a settled receipt as it is. Nothing
is ever taken away, and nothing that stands is given again, in whatever form: points, money, things and stamps alike.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from backend.accrual.returned import SoldLine, pieces_returned, value_returned
from backend.promotions.basket import Basket
from backend.promotions.contract import MONEY_FORMS, Award, AwardKind, StampChange
from backend.promotions.outcome import UNVALUED, Applied, Outcome, added_shares
from backend.promotions.rounding import spread

Slot = tuple[AwardKind, str | None, date | None, tuple[str, ...]]
"""What of one promotion is the same thing: its kind, its name, until when and where it is good."""

_MONEY, _POINTS = ("money", None), ("points", None)


@dataclass(frozen=True, slots=True)
class Given:
    """What a promotion gave already in one round, with the lines whose pieces it stamped."""

    awards: tuple[Award, ...]
    stamps: StampChange | None = None
    stamped: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Due:
    """What one promotion is to give on top; stamps move the member's counter on, for the pieces of the lines `stamped`."""

    applied: Applied
    stamped: tuple[str, ...] = ()

    @property
    def is_something(self) -> bool:
        """Whether it is anything at all."""
        return bool(self.applied.awards) or self.applied.stamps is not None

    def left(self, sold: Sequence[SoldLine], parts: Mapping[int, Fraction]) -> "Due":
        """What of it stays when those parts of the lines were returned; of which lines is not told."""
        one = self.applied
        lines = [line for line in sold if not one.lines or str(line.no) in one.lines]
        awards = (
            replace(award, value=award.value - value_returned(award, lines, parts), shares=()) for award in one.awards
        )
        stamped = [line for line in sold if str(line.no) in self.stamped]
        keeps_stamps = one.stamps is not None and one.stamps.units > pieces_returned(stamped, parts)
        return Due(_giving(one, [award for award in awards if award.value], one.stamps if keeps_stamps else None))


def without(basket: Basket, found: Collection[str]) -> Basket:
    """The basket before those lines were found to be products."""
    lines = (
        replace(line, sku=None, groups=frozenset(), brand=None) if line.id in found else line
        for line in basket.lines or ()
    )
    return replace(basket, lines=tuple(lines))


def without_stamps(basket: Basket, given: Iterable[Given]) -> Basket:
    """The basket of a member whose cards do not hold what these gave, so that evaluating puts it there again.

    A counter is below none when a later receipt has filled a card with these stamps.
    """
    if basket.member is None:
        return basket
    stamps = dict(basket.member.stamps)
    for change in (each.stamps for each in given):
        if change is not None:
            stamps[change.counter] = stamps.get(change.counter, 0) - (change.after - change.before)
    return replace(basket, member=replace(basket.member, stamps=stamps))


def dues_of(
    *, before: Outcome, after: Outcome, given: Mapping[str, Sequence[Given]], point_value_minor: int, on: date
) -> list[Due]:
    """What each promotion gives more than before and more than what stands, in the order of the promotions.

    What gave way to a better promotion counts towards that: where one of several applies, the member gets what the best
    gives, not the sum. Both outcomes are of `without_stamps`. What was good until before the day `on` is not due.
    """
    was = {one.promotion: one for one in before.applied}
    more: list[tuple[str, Award]] = []
    for one in after.applied:
        stands, had = (
            _standing(given.get(one.promotion, ())),
            _values(was[one.promotion]) if one.promotion in was else {},
        )
        for slot, award in _by_slot(one.awards).items():
            value = award.value - max(stands.get(slot, 0), had.get(slot, 0))
            if value > 0 and (award.valid_to_on is None or award.valid_to_on >= on):
                more.append((one.promotion, replace(award, value=value)))
    more = _lessened(more, _replaced(was, after, given), points_worth=(point_value_minor, 10**after.points_decimals))
    dues = []
    for one in after.applied:
        several = given.get(one.promotion, ())
        awards = tuple(_shared(one, award, several) for promotion, award in more if promotion == one.promotion)
        stamps = _stamps(one, was.get(one.promotion), several)
        stamped = {line for each in several for line in each.stamped}
        lines = tuple(line for line in one.lines if line not in stamped) if stamps else ()
        dues.append(Due(_giving(one, awards, stamps), lines))
    return [due for due in dues if due.is_something]


def _giving(one: Applied, awards: Sequence[Award], stamps: StampChange | None) -> Applied:
    """The promotion as it gives these alone; its kind stays, for that is what its budget counts."""
    value = 0 if one.kind in UNVALUED else sum(award.value for award in awards if award.kind == one.kind)
    return replace(one, value=value, awards=tuple(awards), stamps=stamps)


def _slot(award: Award) -> Slot:
    return award.kind, award.name, award.valid_to_on, award.redeem_at


def _by_slot(awards: Iterable[Award]) -> dict[Slot, Award]:
    """What comes several times, as multipliers give, as one."""
    found: dict[Slot, Award] = {}
    for award in awards:
        same = found.get(_slot(award))
        found[_slot(award)] = award if same is None else _sum(same, award)
    return found


def _sum(one: Award, other: Award) -> Award:
    return replace(one, value=one.value + other.value, shares=tuple(added_shares((one, other)).items()))


def _values(one: Applied) -> dict[Slot, int]:
    return {slot: award.value for slot, award in _by_slot(one.awards).items()}


def _standing(given: Iterable[Given]) -> dict[Slot, int]:
    return {slot: award.value for slot, award in _by_slot(award for each in given for award in each.awards).items()}


def _class(award: Award) -> tuple[str, str | None]:
    """What counts towards each other: all money, all points; of what has no worth, the same thing alone."""
    if award.kind == "points":
        return _POINTS
    return _MONEY if award.kind in MONEY_FORMS else (award.kind, award.name)


def _replaced(
    was: Mapping[str, Applied], after: Outcome, given: Mapping[str, Sequence[Given]]
) -> dict[tuple[str, str | None], int]:
    """What stands of the promotions that gave way to others, and would not have otherwise."""
    found: dict[tuple[str, str | None], int] = {}
    for no in after.not_applied:
        if no.reason != "combine" or no.promotion not in was:
            continue
        stands = _standing(given.get(no.promotion, ()))
        for slot, award in _by_slot(was[no.promotion].awards).items():
            found[_class(award)] = found.get(_class(award), 0) + min(stands.get(slot, 0), award.value)
    return found


def _lessened(
    more: Sequence[tuple[str, Award]],
    replaced: Mapping[tuple[str, str | None], int],
    *,
    points_worth: tuple[int, int],
) -> list[tuple[str, Award]]:
    """What is more, less what it replaces: like for like first, then money for points and points for money.

    `points_worth` is how many hundredths of money so many smallest units of points are worth.
    """
    values: dict[tuple[str, str | None], int] = {}
    for _, award in more:
        values[_class(award)] = values.get(_class(award), 0) + award.value
    left = {kind: values.get(kind, 0) - replaced.get(kind, 0) for kind in values.keys() | replaced.keys()}
    minor, units = points_worth
    for one, other, times, over in ((_MONEY, _POINTS, units, minor), (_POINTS, _MONEY, minor, units)):
        if left.get(one, 0) < 0 < left.get(other, 0):
            left[other] += left[one] * times // over
    kept = {kind: max(left[kind], 0) for kind in values}
    found = []
    for kind, value in kept.items():
        own = [(promotion, award) for promotion, award in more if _class(award) == kind]
        parts = spread(value, [award.value for _, award in own])
        found += [(promotion, replace(award, value=part)) for (promotion, award), part in zip(own, parts, strict=True)]
    return [(promotion, award) for promotion, award in found if award.value]


def _shared(one: Applied, award: Award, given: Iterable[Given]) -> Award:
    """The award divided over the lines that bring more than stands."""
    more = dict(_by_slot(one.awards)[_slot(award)].shares)
    for each in given:
        for standing in each.awards:
            if _slot(standing) == _slot(award):
                for line, share in standing.shares:
                    more[line] = more.get(line, 0) - share
    gains = {line: share for line, share in more.items() if share > 0}
    if not gains:
        return replace(award, shares=())
    return replace(award, shares=tuple(zip(gains, spread(award.value, list(gains.values())), strict=True)))


def _stamps(one: Applied, was: Applied | None, given: Iterable[Given]) -> StampChange | None:
    """How the counter moves on from where it stands."""
    change, had = one.stamps, was.stamps if was else None
    if change is None:
        return None
    stands = [each.stamps for each in given if each.stamps is not None]
    units = change.units - max(sum(each.units for each in stands), had.units if had else 0)
    if units <= 0:
        return None
    cards = change.cards - max(sum(each.cards for each in stands), had.cards if had else 0)
    before = change.before + sum(each.after - each.before for each in stands)
    return StampChange(change.counter, before, units, max(cards, 0), change.needs)
