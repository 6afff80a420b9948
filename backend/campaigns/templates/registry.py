"""Every template by its stable code, in the order in which they are offered."""

from typing import Final

from backend.campaigns.templates.birthday import Birthday
from backend.campaigns.templates.bonus_percent import BonusPercent
from backend.campaigns.templates.cashback import Cashback
from backend.campaigns.templates.cheaper_for_less import CheaperForLess
from backend.campaigns.templates.contract import Template
from backend.campaigns.templates.coupon import Coupon
from backend.campaigns.templates.coupon_for_next_time import CouponForNextTime
from backend.campaigns.templates.discount_scheme import DiscountScheme
from backend.campaigns.templates.every_nth_purchase import EveryNthPurchase
from backend.campaigns.templates.first_purchase import FirstPurchase
from backend.campaigns.templates.fuel_per_litre import FuelPerLitre
from backend.campaigns.templates.gift import Gift
from backend.campaigns.templates.loyalty_price import LoyaltyPrice
from backend.campaigns.templates.member_rebate import MemberRebate
from backend.campaigns.templates.multiplier import Multiplier
from backend.campaigns.templates.one_plus_one import OnePlusOne
from backend.campaigns.templates.per_amount import PerAmount
from backend.campaigns.templates.percent_by_customer_group import PercentByCustomerGroup
from backend.campaigns.templates.percent_off import PercentOff
from backend.campaigns.templates.points_by_customer_group import PointsByCustomerGroup
from backend.campaigns.templates.points_by_receipt_amount import PointsByReceiptAmount
from backend.campaigns.templates.points_of_items import PointsOfItems
from backend.campaigns.templates.points_of_receipt import PointsOfReceipt
from backend.campaigns.templates.points_percent import PointsPercent
from backend.campaigns.templates.points_percent_of_items import PointsPercentOfItems
from backend.campaigns.templates.prize_coupon_text import PrizeCouponText
from backend.campaigns.templates.promo_code import PromoCode
from backend.campaigns.templates.referral import Referral
from backend.campaigns.templates.sign_up import SignUp
from backend.campaigns.templates.spend_over_period import SpendOverPeriod
from backend.campaigns.templates.stamp_card import StampCard
from backend.campaigns.templates.survey import Survey
from backend.campaigns.templates.three_for_two import ThreeForTwo
from backend.campaigns.templates.threshold import Threshold
from backend.campaigns.templates.weekend import Weekend

TEMPLATES: Final[dict[str, type[Template]]] = {
    "bonus-percent": BonusPercent,
    "fuel-per-litre": FuelPerLitre,
    "weekend": Weekend,
    "points-percent": PointsPercent,
    "points-by-receipt-amount": PointsByReceiptAmount,
    "points-by-customer-group": PointsByCustomerGroup,
    "member-rebate": MemberRebate,
    "discount-scheme": DiscountScheme,
    "points-percent-of-items": PointsPercentOfItems,
    "cashback": Cashback,
    "points-of-receipt": PointsOfReceipt,
    "points-of-items": PointsOfItems,
    "percent-off": PercentOff,
    "percent-by-customer-group": PercentByCustomerGroup,
    "loyalty-price": LoyaltyPrice,
    "one-plus-one": OnePlusOne,
    "three-for-two": ThreeForTwo,
    "cheaper-for-less": CheaperForLess,
    "threshold": Threshold,
    "per-amount": PerAmount,
    "gift": Gift,
    "stamp-card": StampCard,
    "multiplier": Multiplier,
    "first-purchase": FirstPurchase,
    "every-nth-purchase": EveryNthPurchase,
    "spend-over-period": SpendOverPeriod,
    "birthday": Birthday,
    "sign-up": SignUp,
    "survey": Survey,
    "referral": Referral,
    "coupon": Coupon,
    "coupon-for-next-time": CouponForNextTime,
    "promo-code": PromoCode,
    "prize-coupon-text": PrizeCouponText,
}
