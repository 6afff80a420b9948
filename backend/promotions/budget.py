"""Whether a promotion can still afford what it would give on this basket."""

from collections.abc import Iterable, Sequence

from backend.kit.money import format_units
from backend.promotions.basket import Basket
from backend.promotions.contract import MONEY_FORMS, Award, Stop, missing_money
from backend.promotions.kinds import POINTS_DECIMALS_MAX
from backend.promotions.promotion import Promotion


def over_budget(promotion: Promotion, awards: Sequence[Award], basket: Basket) -> Stop | None:
    """All or nothing: a value above what is left of the budget is not given in part; how much it is above is said.

    Money and points are one figure, as the counter of what was given is; nothing else takes from a budget.
    """
    left = promotion.limits.budget_left_centi(promotion.id, basket)
    if left is None:
        return None
    over = value_centi(awards, basket.points_decimals) - left
    if over <= 0:
        return None
    if any(award.value for award in awards if award.kind in MONEY_FORMS):
        return missing_money("budget", over)
    return Stop("budget", _points(over, basket.points_decimals), "points")


def value_centi(awards: Iterable[Award], points_decimals: int) -> int:
    """What awards take of a budget, in hundredths: all money, and all points of a programme with so many decimals."""
    to_centi = 10 ** (POINTS_DECIMALS_MAX - points_decimals)
    worth = dict.fromkeys(MONEY_FORMS, 1) | {"points": to_centi}
    return sum(award.value * worth.get(award.kind, 0) for award in awards)


def _points(centi: int, decimals: int) -> str:
    """With the programme's decimals, or with two where a budget is finer than the programme."""
    units, rest = divmod(centi, 10 ** (POINTS_DECIMALS_MAX - decimals))
    return format_units(centi, POINTS_DECIMALS_MAX) if rest else format_units(units, decimals)
