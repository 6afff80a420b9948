"""What of the promotions can still be given on a fiscal receipt: everything but what would have lowered its price.

A fiscal receipt is paid. A discount that was missed at the till is not turned into something else behind the brand's back:
it is left out of the evaluation, so that it keeps nothing else from being given, and is told with the reason `paid`.
"""

from collections.abc import Iterable
from dataclasses import replace

from backend.promotions.basket import Basket
from backend.promotions.engine import evaluate
from backend.promotions.outcome import NotApplied, Outcome
from backend.promotions.promotion import Promotion

PAID = "paid"


def lowers_the_price(promotion: Promotion) -> bool:
    """Whether it would have been given at the till alone. A multiplier gives in the forms of what it multiplies."""
    return promotion.kind == "discount" and not promotion.benefit.multiplies


def evaluate_paid(basket: Basket, promotions: Iterable[Promotion]) -> Outcome:
    """What the promotions give for what was paid already; every one of them is in one list of the outcome."""
    asked = tuple(promotions)
    outcome = evaluate(basket, (promotion for promotion in asked if not lowers_the_price(promotion)))
    late = [NotApplied(promotion.id, PAID) for promotion in asked if lowers_the_price(promotion)]
    if not late:
        return outcome
    rank = {promotion.id: promotion.rank for promotion in asked}
    missed = sorted([*outcome.not_applied, *late], key=lambda no: rank[no.promotion])
    return replace(outcome, not_applied=tuple(missed))
