"""What can be said of a promotion before its items are looked at: stopped, waiting for what is unknown, or open.

While the lines of a basket are unknown, a promotion that total, time, member and what the member presents already stop
is stopped, one that they decide is open, and one that needs more waits. A line benefit that looks at everything is open: it is
reckoned on the total as on one line. One whose fate hangs on a waiting promotion, by a group, a multiplication or
standing alone, waits with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from backend.promotions.basket import Basket
from backend.promotions.benefits.multiply import Multiply
from backend.promotions.contract import Condition, Stop, Unknown
from backend.promotions.promotion import Promotion


@dataclass(slots=True)
class Gate:
    """The promotions by what the gate made of them; those that are open keep their order."""

    stopped: dict[str, Stop] = field(default_factory=dict)
    waiting: dict[str, Unknown] = field(default_factory=dict)
    open: list[Promotion] = field(default_factory=list)


def pass_gate(basket: Basket, promotions: Iterable[Promotion]) -> Gate:
    """Every promotion in one of the three places."""
    gate = Gate()
    waiting: list[Promotion] = []
    is_member, is_known = basket.member is not None, basket.lines is not None
    for promotion in promotions:
        stop = _stop(promotion, basket, is_member=is_member)
        if stop is not None:
            gate.stopped[promotion.id] = stop
            continue
        unknown = None if is_known else _unknown(promotion)
        if unknown is None:
            gate.open.append(promotion)
        else:
            gate.waiting[promotion.id] = unknown
            waiting.append(promotion)
    if waiting:
        _hold_back(gate, waiting)
    return gate


def _stop(promotion: Promotion, basket: Basket, *, is_member: bool) -> Stop | None:
    if not promotion.runs_at(basket.now):
        return Stop("validity")
    if not promotion.addresses(member=is_member):
        return Stop("audience")
    for condition in promotion.conditions:
        if _is_decided(condition, basket):
            stop = condition.stops(basket)
            if stop is not None:
                return stop
    return promotion.limits.stops(promotion.id, basket) if basket.lines is None else None


def _is_decided(condition: Condition, basket: Basket) -> bool:
    return condition.needs is None or basket.lines is not None


def _unknown(promotion: Promotion) -> Unknown | None:
    """What the promotion waits for, in the order in which reasons are given."""
    waits = (condition.needs for condition in promotion.conditions if condition.needs is not None)
    return next(waits, "items" if promotion.needs_items else None)


def _hold_back(gate: Gate, waiting: list[Promotion]) -> None:
    """Let what hangs on a waiting promotion wait, too, until nothing open does."""
    reason = gate.waiting[waiting[0].id]
    while True:
        held = [promotion for promotion in gate.open if any(_hangs_on(promotion, other) for other in waiting)]
        if not held:
            return
        gate.waiting.update({promotion.id: reason for promotion in held})
        gate.open = [promotion for promotion in gate.open if promotion.id not in gate.waiting]
        waiting = held


def _hangs_on(promotion: Promotion, waiting: Promotion) -> bool:
    if promotion.is_alone or waiting.is_alone:
        return True
    if promotion.chooses and promotion.group == waiting.group:
        return True
    benefit = promotion.benefit
    return isinstance(benefit, Multiply) and benefit.aims_at(waiting.id, waiting.group)
