"""Decides what every promotion gives for one basket: the same inputs give the same outcome, in whatever order.

The gate looks at days, audience and conditions. What passes it is played together, each promotion that stands alone
is played by itself, and the side that is worth most applies. See `gate` for baskets whose lines are not known yet.
"""

from collections.abc import Iterable, Sequence
from operator import attrgetter

from backend.promotions.basket import Basket
from backend.promotions.contract import Award, Stop
from backend.promotions.gate import pass_gate
from backend.promotions.outcome import UNVALUED, Applied, NotApplied, Outcome, Undecided, added_shares
from backend.promotions.promotion import Promotion
from backend.promotions.side import Decided, Side, play

_RANK = attrgetter("rank")


def evaluate(basket: Basket, promotions: Iterable[Promotion]) -> Outcome:
    """Every promotion ends in exactly one list of the outcome, whatever order they are handed over in."""
    ordered = sorted(promotions, key=_RANK)
    gate = pass_gate(basket, ordered)
    together = play(basket, [promotion for promotion in gate.open if not promotion.is_alone])
    alone = [play(basket, [promotion]) for promotion in gate.open if promotion.is_alone]
    winner, stopped = _arbitrate([together, *alone])
    stopped |= gate.stopped
    return Outcome(
        total_minor=basket.total_minor,
        points_decimals=basket.points_decimals,
        currency=basket.currency,
        line_ids=() if basket.lines is None else tuple(basket.goods.ids),
        applied=tuple([_applied(winner.decided[p.id], basket) for p in ordered if p.id in winner.decided]),
        not_applied=tuple([_not_applied(p, stopped[p.id]) for p in ordered if p.id in stopped]),
        undecided=tuple([Undecided(p.id, gate.waiting[p.id]) for p in ordered if p.id in gate.waiting]),
    )


def _arbitrate(sides: list[Side]) -> tuple[Side, dict[str, Stop]]:
    """The side that is worth most, and what stopped every other promotion; a tie goes to the lowest rank.

    A side that gives nothing never beats one that gives something.
    """
    giving = [side for side in sides if side.decided]
    winner = min(giving, key=lambda side: (-side.worth, side.rank)) if len(giving) > 1 else (giving or sides)[0]
    stopped: dict[str, Stop] = {}
    for side in sides:
        stopped |= side.stopped
        if side is not winner:
            stopped |= dict.fromkeys(side.decided, Stop("combine"))
    return winner, stopped


def _applied(decided: Decided, basket: Basket) -> Applied:
    """A multiplier of several forms is told by the first of them; its awards hold them all."""
    promotion, awards = decided.promotion, decided.awards
    kind = awards[0].kind if awards else promotion.kind
    told = awards if len(awards) == 1 else [award for award in awards if award.kind == kind]
    value, shares = (told[0].value, told[0].shares) if len(told) == 1 else _added(told)
    if kind in UNVALUED:
        value = 0
    lines = _lines(decided, basket.goods.ids) if basket.lines is not None else ()
    codes = _used(promotion, basket, "codes") if promotion.spending else ()
    coupons = _used(promotion, basket, "coupons") if promotion.spending else ()
    return Applied(promotion.id, kind, value, lines, shares, decided.why, awards, decided.stamps, codes, coupons)


def _lines(decided: Decided, ids: list[str]) -> tuple[str, ...]:
    """The lines that are discounted, else those that were selected, in the basket's order, as shares are."""
    discounted = [line for award in decided.awards if award.kind == "discount" for line, _ in award.shares]
    if not discounted:
        return tuple([ids[position] for position in decided.positions])
    if len(decided.awards) == 1:
        return tuple(discounted)
    several = set(discounted)
    return tuple([line for line in ids if line in several])


def _added(awards: Sequence[Award]) -> tuple[int, tuple[tuple[str, int], ...]]:
    return sum(award.value for award in awards), tuple(added_shares(awards).items())


def _not_applied(promotion: Promotion, stop: Stop) -> NotApplied:
    return NotApplied(promotion.id, stop.reason, stop.missing, stop.unit)


def _used(promotion: Promotion, basket: Basket, what: str) -> tuple[str, ...]:
    """Each code or coupon once, though several conditions hold by it."""
    spending = (condition for condition in promotion.spending if condition.spends == what)
    return tuple(dict.fromkeys(used for condition in spending for used in condition.used(basket)))
