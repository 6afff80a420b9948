"""Decides what every promotion gives for one basket: the same inputs give the same outcome.

While the lines of a basket are unknown, a promotion that total, time and member already stop is stopped, one that they
decide is decided, and one that anything else could still change waits. So what is said to be sure stays true.
"""

from collections.abc import Iterable

from backend.promotions.basket import Basket, BasketLine
from backend.promotions.contract import Condition, Scope, Stop, Unknown
from backend.promotions.outcome import Applied, NotApplied, Outcome, Undecided
from backend.promotions.promotion import Promotion


def evaluate(basket: Basket, promotions: Iterable[Promotion]) -> Outcome:
    """Every promotion ends in exactly one list of the outcome, whatever order they are handed over in."""
    decisions = [_decide(promotion, basket) for promotion in sorted(promotions, key=lambda p: p.rank)]
    return Outcome(
        total_minor=basket.total_minor,
        points_decimals=basket.points_decimals,
        applied=tuple(found for found in decisions if isinstance(found, Applied)),
        not_applied=tuple(found for found in decisions if isinstance(found, NotApplied)),
        undecided=tuple(found for found in decisions if isinstance(found, Undecided)),
    )


def _decide(promotion: Promotion, basket: Basket) -> Applied | NotApplied | Undecided:
    stop = _gate(promotion, basket)
    if stop is not None:
        return NotApplied(promotion.id, stop.reason, stop.missing)
    unknown = _unknown(promotion, basket)
    if unknown is not None:
        return Undecided(promotion.id, unknown)
    scope = _scope(promotion, basket)
    if scope.base_minor == 0:
        return NotApplied(promotion.id, "items")
    award = promotion.benefit.award(scope)
    if isinstance(award, Stop):
        return NotApplied(promotion.id, award.reason, award.missing)
    lines = tuple(line for line, _ in scope.weights)
    return Applied(promotion.id, award.kind, award.value, lines, award.shares, award.why)


def _gate(promotion: Promotion, basket: Basket) -> Stop | None:
    """The first thing known to stop the promotion before its items are looked at."""
    if not promotion.runs_at(basket.now):
        return Stop("validity")
    if not promotion.addresses(member=basket.member is not None):
        return Stop("audience")
    stops = (condition.stops(basket) for condition in promotion.conditions if _is_decided(condition, basket))
    return next((stop for stop in stops if stop is not None), None)


def _unknown(promotion: Promotion, basket: Basket) -> Unknown | None:
    """What the promotion waits for, in the order in which reasons are given."""
    if basket.lines is not None:
        return None
    waits = (condition.needs for condition in promotion.conditions if not _is_decided(condition, basket))
    return next(waits, None if promotion.items.everything else "items")


def _is_decided(condition: Condition, basket: Basket) -> bool:
    return condition.needs is None or basket.lines is not None


def _scope(promotion: Promotion, basket: Basket) -> Scope:
    """What the promotion's benefit counts on.

    No benefit of the registry lowers what is paid, so what is paid and the original total are one figure, and the
    promotion's base makes no difference. Lines that cost nothing take no part.
    """
    if basket.lines is None:
        return Scope(basket, basket.total_minor, ())
    chosen = [line for line in basket.lines if _takes_part(line, promotion)]
    weights = tuple((line.id, line.total_minor) for line in chosen)
    return Scope(basket, sum(weight for _, weight in weights), weights)


def _takes_part(line: BasketLine, promotion: Promotion) -> bool:
    return line.total_minor > 0 and promotion.items.picks(line)
