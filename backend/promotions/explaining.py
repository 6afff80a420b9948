"""Why a promotion gave nothing, as a sentence for the buyer: what was missing, where a number can say it."""

from dataclasses import replace

from backend.kit.i18n import Text
from backend.promotions.outcome import NotApplied

_ONE = "1"
_BY_REASON = {
    "validity": Text("It does not run at this time."),
    "audience": Text("It is for other buyers."),
    "basket_total": Text("The receipt does not reach the amount."),
    "items": Text("The items for it are not on the receipt."),
    "outlet": Text("It does not run at this outlet."),
    "channel": Text("It does not run in this sales channel."),
    "customer_group": Text("It is for other groups of customers."),
    "tier": Text("It is for other levels of membership."),
    "member": Text("It is for other members."),
    "code": Text("No promo code for it was given."),
    "coupon": Text("No coupon for it was given."),
    "purchase_number": Text("It is for another purchase in your row of purchases."),
    "seller": Text("It does not run at this seller."),
    "birthday": Text("It is for the days around a birthday."),
    "event": Text("What it rewards did not happen in time."),
    "spent": Text("Earlier purchases do not reach the amount."),
    "limit": Text("It was used as often as it may be."),
    "budget": Text("Its budget is used up."),
    "combine": Text("Another promotion applied in its place."),
    "paid": Text("It lowers the price at the till; this receipt is paid."),
    "nothing": Text("There was nothing left to give it on."),
}
_BY_UNIT = {
    ("basket_total", "money"): Text("{missing} {currency} more on the receipt would have been enough."),
    ("items", "money"): Text("{missing} {currency} more of the items would have been enough."),
    ("items", "quantity"): Text("More of the items would have been enough: {missing}."),
    ("purchase_number", "purchases"): Text("Purchases until it applies: {missing}."),
    ("spent", "money"): Text("{missing} {currency} more in earlier purchases would have been enough."),
    ("budget", "money"): Text("Its budget is {missing} {currency} too small for this purchase."),
    ("budget", "points"): Text("Its budget is {missing} points too small for this purchase."),
}


def why_not(stopped: NotApplied, currency: str) -> Text:
    """The sentence for a promotion that did not apply; `currency` is that of the outcome."""
    if (stopped.reason, stopped.unit, stopped.missing) == ("items", "quantity", _ONE):
        return Text("One more item would have been enough.")
    if stopped.missing is not None and (stopped.reason, stopped.unit) in _BY_UNIT:
        said = {"missing": stopped.missing, "currency": currency}
        return replace(_BY_UNIT[stopped.reason, str(stopped.unit)], params=said)
    return _BY_REASON[stopped.reason]
