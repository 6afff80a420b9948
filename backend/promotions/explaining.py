"""Why a promotion gave nothing, as a sentence for the buyer: what was missing, where a number can say it."""

from backend.kit.i18n import Text
from backend.promotions.outcome import NotApplied

_ONE = "1"
_BY_REASON = {
    "validity": "It does not run at this time.",
    "audience": "It is for other buyers.",
    "basket_total": "The receipt does not reach the amount.",
    "items": "The items for it are not on the receipt.",
    "outlet": "It does not run at this outlet.",
    "channel": "It does not run in this sales channel.",
    "customer_group": "It is for other groups of customers.",
    "tier": "It is for other levels of membership.",
    "member": "It is for other members.",
    "code": "No promo code for it was given.",
    "coupon": "No coupon for it was given.",
    "purchase_number": "It is for another purchase in your row of purchases.",
    "seller": "It does not run at this seller.",
    "birthday": "It is for the days around a birthday.",
    "event": "What it rewards did not happen in time.",
    "spent": "Earlier purchases do not reach the amount.",
    "limit": "It was used as often as it may be.",
    "budget": "Its budget is used up.",
    "combine": "Another promotion applied in its place.",
    "nothing": "There was nothing left to give it on.",
}
_BY_UNIT = {
    ("basket_total", "money"): "{missing} {currency} more on the receipt would have been enough.",
    ("items", "money"): "{missing} {currency} more of the items would have been enough.",
    ("items", "quantity"): "More of the items would have been enough: {missing}.",
    ("purchase_number", "purchases"): "Purchases until it applies: {missing}.",
    ("spent", "money"): "{missing} {currency} more in earlier purchases would have been enough.",
    ("budget", "money"): "Its budget is {missing} {currency} too small for this purchase.",
    ("budget", "points"): "Its budget is {missing} points too small for this purchase.",
}


def why_not(stopped: NotApplied, currency: str) -> Text:
    """The sentence for a promotion that did not apply; `currency` is that of the outcome."""
    if (stopped.reason, stopped.unit, stopped.missing) == ("items", "quantity", _ONE):
        return Text("One more item would have been enough.")
    if stopped.missing is not None and (stopped.reason, stopped.unit) in _BY_UNIT:
        said = {"missing": stopped.missing, "currency": currency}
        return Text(_BY_UNIT[stopped.reason, str(stopped.unit)], said)
    return Text(_BY_REASON[stopped.reason])
