"""What promotions give together on one basket: each at its turn, on what those before it have left.

The order is by priority and id, in four turns: what is given at once; multipliers of discounts; what counts the pay,
which is final by then; multipliers of everything else. A group of which the first or the best applies is decided when
the first member comes up that gives something, each valued on what is left at that moment; the winner applies at its
own place. So a promotion that gives nothing changes nothing for the others, be it there or not.
"""

from dataclasses import dataclass, field, replace

from backend.kit.i18n import Text
from backend.promotions.awarding import awards_of, worth
from backend.promotions.basket import Basket
from backend.promotions.budget import over_budget
from backend.promotions.contract import Award, Given, PerLine, Scope, StampChange, Stop
from backend.promotions.goods import Positions
from backend.promotions.promotion import Promotion

_LOST = Stop("combine")


@dataclass(slots=True)
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
    """Decisions so far, and what they have left: hundredths to pay and units that multibuys used, by position.

    `rivals` are the members of each group of which one applies, and `winners` the id of the one where that is decided.
    """

    basket: Basket
    rivals: dict[str, list[Promotion]]
    left: list[int]
    used: list[int]
    decided: dict[str, Decided] = field(default_factory=dict)
    stopped: dict[str, Stop] = field(default_factory=dict)
    winners: dict[str, str] = field(default_factory=dict)

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
    rivals: dict[str, list[Promotion]] = {}
    at_once: list[Promotion] = []
    multipliers: list[Promotion] = []
    of_what_is_paid: list[Promotion] = []
    for promotion in promotions:
        if promotion.chooses and promotion.group is not None:
            rivals.setdefault(promotion.group, []).append(promotion)
        if promotion.benefit.multiplies:
            multipliers.append(promotion)
        else:
            (of_what_is_paid if promotion.counts_paid else at_once).append(promotion)

    side = Side(basket, rivals, list(basket.goods.totals), [0] * len(basket.goods.lines))
    for promotion in (*at_once, *multipliers, *of_what_is_paid):
        _come_up(side, promotion)
    for promotion in multipliers:
        _come_up(side, promotion, of_discounts=False)
    return side


def _come_up(side: Side, promotion: Promotion, *, of_discounts: bool = True) -> None:
    """Let a promotion apply or note what stops it; a multiplier multiplies discounts at its first turn, else the rest.

    What stops a multiplier at its first turn does not stop it at its second, unless it lost its group.
    """
    if side.stopped.get(promotion.id) is _LOST:
        return
    value = _value(side, promotion, of_discounts=of_discounts)
    if isinstance(value, Decided) and promotion.chooses and not _wins(side, value, of_discounts=of_discounts):
        value = _LOST
    if isinstance(value, Decided):
        side.stopped.pop(promotion.id, None)
        _apply(side, value)
    elif promotion.id not in side.decided:
        side.stopped[promotion.id] = value


def _wins(side: Side, value: Decided, *, of_discounts: bool) -> bool:
    """Whether the promotion is its group's only one, which is decided now unless it was before."""
    promotion, group = value.promotion, value.promotion.group or ""
    if group not in side.winners:
        rivals = [rival for rival in side.rivals[group] if rival is not promotion and not _is_out(side, rival)]
        values = [value, *(_value(side, rival, of_discounts=of_discounts) for rival in rivals)]
        giving = sorted((one for one in values if isinstance(one, Decided)), key=lambda one: one.promotion.rank)
        best = giving[0]
        if promotion.combine is not None and promotion.combine.mode == "best":
            best = max(giving, key=lambda one: worth(one.awards, side.basket))
        side.winners[group] = best.promotion.id
        side.stopped.update({one.promotion.id: _LOST for one in giving if one is not best})
    return side.winners[group] == promotion.id


def _is_out(side: Side, promotion: Promotion) -> bool:
    """Whether the promotion came up and gave nothing; a multiplier comes up again."""
    return promotion.id in side.stopped and not promotion.benefit.multiplies


def _apply(side: Side, value: Decided) -> None:
    promotion, before = value.promotion, side.decided.get(value.promotion.id)
    side.decided[promotion.id] = replace(value, awards=before.awards + value.awards) if before else value
    for position, units in value.units:
        side.used[position] += units
    for award in value.awards:
        if award.kind == "discount":
            _take_off(side, award)


def _take_off(side: Side, discount: Award) -> None:
    left = side.left
    if side.basket.lines is None:
        left[0] -= discount.value
    position_of = side.basket.goods.position_of
    for line, share in discount.shares:
        left[position_of[line]] -= share


def _value(side: Side, promotion: Promotion, *, of_discounts: bool) -> Decided | Stop:
    """What the promotion would give now, or the first reason against it, in the order of the contract."""
    basket, positions = side.basket, promotion.items.select(side.basket.goods)
    counted = side.left if promotion.reads_left else basket.goods.totals
    given = _given(side, of_discounts=of_discounts) if promotion.benefit.multiplies else {}
    scope = Scope(basket, positions, [counted[position] for position in positions], side.used, given)
    offer = promotion.benefit.offer(scope) if positions else promotion.benefit.lacks()
    if isinstance(offer, Stop) and offer.reason == "items":
        return offer
    stop = promotion.limits.stops(promotion.id, basket)
    if stop is not None:
        return stop
    if isinstance(offer, Stop):
        return offer
    awards = awards_of(promotion, offer, scope, side.left)
    before = side.decided[promotion.id].awards if promotion.id in side.decided else ()
    stop = over_budget(promotion, before + awards, basket) if awards or offer.stamps else Stop("nothing")
    if stop is not None:
        return stop
    units = offer.units if isinstance(offer, PerLine) else ()
    return Decided(promotion, awards, positions, offer.why, units, offer.stamps)


def _given(side: Side, *, of_discounts: bool) -> dict[str, Given]:
    """What can be multiplied at this turn: discounts before what counts the pay, everything else after it."""
    given: dict[str, Given] = {}
    for name, one in side.decided.items():
        awards = tuple(award for award in one.awards if (award.kind == "discount") is of_discounts)
        if awards and not one.promotion.benefit.multiplies:
            given[name] = Given(one.promotion.group, awards)
    return given
