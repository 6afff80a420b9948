"""Every condition and benefit by the stable code that documents carry. A type that is not here is refused by name."""

from typing import Final

from backend.promotions.benefits.points import Points
from backend.promotions.conditions.basket_total import BasketTotal
from backend.promotions.contract import Benefit, Condition

CONDITIONS: Final[dict[str, type[Condition]]] = {
    "basket_total": BasketTotal,
}

BENEFITS: Final[dict[str, type[Benefit]]] = {
    "points": Points,
}
