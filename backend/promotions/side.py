"""What promotions give together on one basket: each at its turn, on what those before it have left.

The order is by priority and id, in four turns: what is given at once; multipliers of that; what counts the pay, which
is final by then; multipliers of that. A group of which the first or the best applies is decided when its first member
comes up, each valued on what is left at that moment; the winner applies at its own place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.kit.i18n import Text
from backend.promotions.awarding import awards_of, worth
from backend.promotions.basket import Basket
from backend.promotions.benefits.multiply import Multiply
from backend.promotions.budget import over_budget
from backend.promotions.contract import Award, Given, PerLine, Scope, StampChange, Stop
from backend.promotions.goods import Positions
from backend.promotions.promotion import Promotion


@dataclass(frozen=True, slots=True)
class Decided:
    """A promotion that gives something: what, on which lines, and which of their units it uses up."""

    promotion: Promotion
    awards: tuple[Award, ...]
    positions: Positions
    why: Text
    units: tuple[tuple[int, int], ...] = ()
    stamps: StampChange | None = None


@dataclass(slots=True)
class Side:
    """Decisions so far, and what they have left: hundredths to pay and units that multibuys used, by position."""

    basket: Basket
    left: list[int]
    used: list[int]
    decided: dict[str, Decided] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    stopped: dict[str, Stop] = field(default_factory=dict)
    chosen: set[str] = field(default_factory=set)

    @property
    def worth(self) -> int:
        """What all of it is worth, to be compared within one basket."""
        return sum(worth(one.awards, self.basket) for one in self.decided.values())

    @property
    def rank(self) -> tuple[int, str]:
        """The lowest rank of what has applied; asked only of a side that gives something."""
        return min(one.promotion.rank for one in self.decided.values())


def play(basket: Basket, promotions: list[Promotion]) -> Side:
    """Decide promotions, in the order of their rank, that nothing before their items has stopped."""
    goods = basket.goods
    side = Side(basket, list(goods.totals), [0] * len(goods.lines))
    groups: dict[str, list[Promotion]] = {}
    for promotion in promotions:
        if promotion.chooses and promotion.group is not None:
            groups.setdefault(promotion.group, []).append(promotion)
    for promotion in _in_turn(promotions):
        group = promotion.group
        if group in groups and group not in side.chosen:
            side.chosen.add(group)
            _choose(side, groups[group])
        if promotion.id not in side.stopped:
            _take(side, promotion)
    return side


def _in_turn(promotions: Iterable[Promotion]) -> list[Promotion]:
    at_once, multipliers, counting, last = list[Promotion](), list[Promotion](), list[Promotion](), list[Promotion]()
    for promotion in promotions:
        if promotion.benefit.multiplies:
            multipliers.append(promotion)
        else:
            (counting if promotion.counts_paid else at_once).append(promotion)
    if counting:
        last = [promotion for promotion in multipliers if _aims_at_any(promotion, counting)]
        multipliers = [promotion for promotion in multipliers if promotion not in last]
    return [*at_once, *multipliers, *counting, *last]


def _aims_at_any(multiplier: Promotion, promotions: list[Promotion]) -> bool:
    benefit = multiplier.benefit
    assert isinstance(benefit, Multiply)
    return any(benefit.aims_at(promotion.id, promotion.group) for promotion in promotions)


def _choose(side: Side, rivals: list[Promotion]) -> None:
    """Leave one member of a group standing: the first that gives something, or the one that is worth most."""
    values = [(promotion, _value(side, promotion)) for promotion in rivals]
    side.stopped.update({promotion.id: value for promotion, value in values if isinstance(value, Stop)})
    giving = [(promotion, value) for promotion, value in values if isinstance(value, Decided)]
    if not giving:
        return
    winner = giving[0][0]
    if winner.combine is not None and winner.combine.mode == "best":
        winner = max(giving, key=lambda pair: worth(pair[1].awards, side.basket))[0]
    side.stopped.update({promotion.id: Stop("combine") for promotion, _ in giving if promotion is not winner})


def _take(side: Side, promotion: Promotion) -> None:
    value = _value(side, promotion)
    if isinstance(value, Stop):
        side.stopped[promotion.id] = value
        return
    side.decided[promotion.id] = value
    side.given[promotion.id] = Given(promotion.group, promotion.benefit.multiplies, value.awards)
    for position, units in value.units:
        side.used[position] += units
    for award in value.awards:
        if award.kind == "discount":
            _take_off(side, award)


def _take_off(side: Side, discount: Award) -> None:
    if side.basket.lines is None:
        side.left[0] -= discount.value
    for line, share in discount.shares:
        side.left[side.basket.goods.position_of[line]] -= share


def _value(side: Side, promotion: Promotion) -> Decided | Stop:
    """What the promotion would give now, or the first reason against it, in the order of the contract."""
    basket, positions = side.basket, promotion.items.select(side.basket.goods)
    counted = side.left if promotion.reads_left else basket.goods.totals
    scope = Scope(basket, positions, [counted[position] for position in positions], side.used, side.given)
    offer = promotion.benefit.offer(scope) if positions else promotion.benefit.lacks()
    if isinstance(offer, Stop) and offer.reason == "items":
        return offer
    stop = promotion.limits.stops(promotion.id, basket)
    if stop is not None:
        return stop
    if isinstance(offer, Stop):
        return offer
    awards = awards_of(promotion, offer, scope, side.left)
    stop = over_budget(promotion, awards, basket) if awards or offer.stamps else Stop("nothing")
    if stop is not None:
        return stop
    units = offer.units if isinstance(offer, PerLine) else ()
    return Decided(promotion, awards, positions, offer.why, units, offer.stamps)
