"""Which promotions a receipt has just missed, so that a member hears of those that are within reach and of no others."""

from decimal import Decimal

from backend.kit.money import format_units
from backend.promotions.basket import Basket
from backend.promotions.benefits.amount import Amount
from backend.promotions.benefits.points import Points
from backend.promotions.kinds import MONEY_DECIMALS, POINTS_DECIMALS_MAX
from backend.promotions.outcome import NotApplied
from backend.promotions.promotion import Promotion

_OTHERS = frozenset(
    {"validity", "audience", "outlet", "channel", "customer_group", "tier", "member", "seller", "budget", "paid"}
)
"""Reasons that buying something else would not have changed."""
_PIECES_MAX = 2
_PURCHASES_MAX = 2
_PART_OF_TOTAL = 4


def is_near(promotion: Promotion, stopped: NotApplied, basket: Basket) -> bool:
    """Whether it looks at a line of the basket, or little was missing: pieces, purchases, a quarter of the total."""
    if stopped.reason in _OTHERS:
        return False
    if stopped.missing is not None:
        missing = Decimal(stopped.missing)
        match stopped.unit:
            case "quantity":
                return missing <= _PIECES_MAX
            case "purchases":
                return missing <= _PURCHASES_MAX
            case "money":
                return missing * 100 * _PART_OF_TOTAL <= basket.total_minor
    return not promotion.items.everything and bool(promotion.items.select(basket.goods))


def gain_of(promotion: Promotion, basket: Basket) -> str | None:
    """What it would have brought at least, where that does not depend on the basket: `+20`, `+50.00 RSD`."""
    benefit = promotion.benefit
    if isinstance(benefit, Points) and benefit.points_centi is not None:
        units = benefit.points_centi // 10 ** (POINTS_DECIMALS_MAX - basket.points_decimals)
        return f"+{format_units(units, basket.points_decimals)}"
    if isinstance(benefit, Amount):
        return f"+{format_units(benefit.amount_minor, MONEY_DECIMALS)} {basket.currency}"
    return None
