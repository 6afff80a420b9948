"""Every condition and benefit by the stable code that documents carry. A type that is not here is refused by name."""

from typing import Final

from backend.promotions.benefits.amount import Amount
from backend.promotions.benefits.amount_per_unit import AmountPerUnit
from backend.promotions.benefits.coupon import CouponGift
from backend.promotions.benefits.entries import Entries
from backend.promotions.benefits.gift import Gift
from backend.promotions.benefits.member_rebate import MemberRebate
from backend.promotions.benefits.multibuy import Multibuy
from backend.promotions.benefits.multiply import Multiply
from backend.promotions.benefits.per_amount import PerAmount
from backend.promotions.benefits.percent import Percent
from backend.promotions.benefits.points import Points
from backend.promotions.benefits.price import Price
from backend.promotions.benefits.stamp import REWARDS, Stamp
from backend.promotions.benefits.text import PrintedText
from backend.promotions.conditions.basket_total import BasketTotal
from backend.promotions.conditions.birthday import Birthday
from backend.promotions.conditions.channel import Channel
from backend.promotions.conditions.code import Code
from backend.promotions.conditions.coupon import Coupon
from backend.promotions.conditions.customer_group import CustomerGroup
from backend.promotions.conditions.event import Event
from backend.promotions.conditions.items import Items
from backend.promotions.conditions.member import Member
from backend.promotions.conditions.outlet import Outlet
from backend.promotions.conditions.purchase_number import PurchaseNumber
from backend.promotions.conditions.seller import Seller
from backend.promotions.conditions.spent import SpentBefore
from backend.promotions.conditions.tier import Tier
from backend.promotions.contract import Benefit, Condition

CONDITIONS: Final[dict[str, type[Condition]]] = {
    "basket_total": BasketTotal,
    "birthday": Birthday,
    "channel": Channel,
    "code": Code,
    "coupon": Coupon,
    "customer_group": CustomerGroup,
    "event": Event,
    "items": Items,
    "member": Member,
    "outlet": Outlet,
    "purchase_number": PurchaseNumber,
    "seller": Seller,
    "spent": SpentBefore,
    "tier": Tier,
}

BENEFITS: Final[dict[str, type[Benefit]]] = {
    "amount": Amount,
    "amount_per_unit": AmountPerUnit,
    "coupon": CouponGift,
    "entries": Entries,
    "gift": Gift,
    "member_rebate": MemberRebate,
    "multibuy": Multibuy,
    "multiply": Multiply,
    "per_amount": PerAmount,
    "percent": Percent,
    "points": Points,
    "price": Price,
    "stamp": Stamp,
    "text": PrintedText,
}

REWARDS |= {code: benefit for code, benefit in BENEFITS.items() if benefit not in {Multiply, Stamp}}
