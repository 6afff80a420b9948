"""Promotions compiled once, so that a basket meets only those that one of its facts names, however many run.

Each promotion is filed under one of the things that must hold for it to give anything, the one that the fewest baskets
should meet; what is left out would have been stopped, and a stopped promotion changes nothing for the others. So the
outcome is the same in everything but `not_applied`. There, every promotion stays that meets all on which it hinges and
lacks only numbers, with a total of two thirds of its threshold: those are the near misses worth telling.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter

from backend.promotions.basket import Basket
from backend.promotions.facts import ANONYMOUS, MEMBER, NAMED, Facts, facts
from backend.promotions.promotion import Promotion
from backend.promotions.validity import Period

_NEAR = (3, 2)
"""A threshold is near when the total, so many times, reaches it."""

_DAYS_MAX = 31
_USUAL = {"sku": 30, "gtin": 30, "group": 30, "brand": 30, "word": 90, "customer group": 2, "event": 3}
"""How many facts of a kind a large basket names; one of every other kind."""
_CERTAIN = 1_000_000
_THRESHOLD = _CERTAIN // 2
"""How many of a million baskets are thought to reach a threshold."""


@dataclass(frozen=True, slots=True)
class _Shelf:
    """Promotions, in the order of their rank, by what hands them over; numbers are places in that order.

    `thresholds` rise, and beside each in `above` stands the promotion that it stops below.
    """

    promotions: tuple[Promotion, ...]
    always: tuple[int, ...]
    filed: Mapping[str, Mapping[str, Sequence[int]]]
    thresholds: tuple[int, ...]
    above: tuple[int, ...]

    def touched(self, basket: Basket) -> tuple[Promotion, ...]:
        """In the order of their rank."""
        found = set(self.always)
        for kind, filed in self.filed.items():
            for value in filed.keys() & NAMED[kind](basket):
                found.update(filed[value])
        if self.thresholds:
            times, over = _NEAR
            found.update(self.above[: bisect_right(self.thresholds, basket.total_minor * times // over)])
        return tuple([self.promotions[number] for number in sorted(found)])


@dataclass(frozen=True, slots=True)
class Index:
    """What can be asked of promotions without looking at each: made by `compile_index`, never changed."""

    _with_lines: _Shelf
    _without_lines: _Shelf

    @property
    def promotions(self) -> tuple[Promotion, ...]:
        """All of them, in the order of their rank."""
        return self._with_lines.promotions

    def touched(self, basket: Basket) -> tuple[Promotion, ...]:
        """Those that may give something or be undecided, and near misses, in the order of their rank.

        While the lines are unknown, promotions that wait for them are all handed over, since the outcome lists them.
        """
        return (self._without_lines if basket.lines is None else self._with_lines).touched(basket)


def compile_index(promotions: Iterable[Promotion]) -> Index:
    """The promotions whose ids differ, in any order."""
    ranked = tuple(sorted(promotions, key=attrgetter("rank")))
    return Index(_shelf(ranked, are_lines_known=True), _shelf(ranked, are_lines_known=False))


def _shelf(promotions: tuple[Promotion, ...], *, are_lines_known: bool) -> _Shelf:
    hinges = [list(_hinges(promotion, are_lines_known=are_lines_known)) for promotion in promotions]
    uses = Counter(fact for found in hinges for one in found for fact in one)
    of_kind: Counter[str] = Counter()
    for (kind, _), times in uses.items():
        of_kind[kind] += times

    def expected(way: Facts) -> int:
        """How many of a million baskets should name one of the facts, if they do as often as promotions do."""
        named = sum(_CERTAIN * uses[fact] * _USUAL.get(fact[0], 1) // of_kind[fact[0]] for fact in way)
        return min(named, _CERTAIN)

    always: list[int] = []
    filed: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    above: list[tuple[int, int]] = []
    for number, (promotion, found) in enumerate(zip(promotions, hinges, strict=True)):
        threshold = max((condition.least_total_minor for condition in promotion.conditions), default=0)
        rarest = min(found, key=expected, default=None)
        if threshold and (rarest is None or expected(rarest) > _THRESHOLD):
            above.append((threshold, number))
        elif rarest is None:
            always.append(number)
        else:
            for kind, value in rarest:
                filed[kind][value].append(number)
    above.sort()
    return _Shelf(
        promotions=promotions,
        always=tuple(always),
        filed={kind: dict(values) for kind, values in filed.items()},
        thresholds=tuple(threshold for threshold, _ in above),
        above=tuple(number for _, number in above),
    )


def _hinges(promotion: Promotion, *, are_lines_known: bool) -> Iterator[Facts]:
    """Sets of facts, of each of which a basket must name one for the promotion to give anything."""
    ways = [condition.hinges_on() for condition in promotion.conditions if are_lines_known or condition.needs is None]
    if are_lines_known:
        ways = [promotion.items.hinges_on(), promotion.benefit.hinges_on(), *ways]
    yield from (way for way in ways if way is not None)
    if promotion.audience == "non_members":
        yield frozenset({ANONYMOUS})
    elif promotion.audience == "members" or promotion.needs_member:
        yield frozenset({MEMBER})
    if promotion.on:
        yield facts("date", (day.isoformat() for day in promotion.on))
    if promotion.weekdays:
        yield facts("weekday", map(str, promotion.weekdays))
    if promotion.period is not None:
        yield from _days(promotion.period)


def _days(period: Period) -> Iterator[Facts]:
    """The days of a short period; a long one is no help, since most baskets lie within."""
    first, length = period.from_on, period.days
    if first is not None and length is None and period.to_on is not None:
        length = (period.to_on - first).days + 1
    if first is not None and length is not None and length <= _DAYS_MAX:
        length = min(length, (date.max - first).days + 1)
        yield facts("date", ((first + timedelta(days=day)).isoformat() for day in range(length)))
