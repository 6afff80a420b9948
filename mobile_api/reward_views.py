"""From rows to the shapes of what a member has beside points, in the caller's language."""

from collections.abc import Mapping
from datetime import date
from typing import cast

from backend.kit.clock import rfc3339
from backend.kit.i18n import translate
from backend.kit.money import format_units
from backend.programmes.models import Outlet
from backend.promotions.contract import AwardKind
from backend.rewards.models import Coupon, Voucher
from mobile_api.reward_shapes import OwnCouponView, PlaceView, VoucherView
from mobile_api.views import GIVES, MONEY_DECIMALS


def voucher_view(row: Voucher, outlets: Mapping[str, Outlet], language: str, *, today: date) -> VoucherView:
    """A voucher as it stands today; `outlets` are those that it names, by their codes."""
    return VoucherView(
        id=str(row.id),
        kind=row.kind,
        says=translate(GIVES[cast("AwardKind", row.kind)], language),
        state=_state(row, today),
        value=format_units(row.amount_minor - row.taken_minor, MONEY_DECIMALS),
        given=format_units(row.amount_minor, MONEY_DECIMALS),
        currency=row.currency,
        valid_from=rfc3339(row.valid_from_at),
        valid_to=row.valid_to_on.isoformat() if row.valid_to_on else None,
        redeem_at=[_place_view(code, outlets.get(code)) for code in row.redeem_at],
        receipt=str(row.receipt_id),
    )


def own_coupon_view(row: Coupon) -> OwnCouponView:
    """A coupon."""
    return OwnCouponView(row.code, row.series, row.state, rfc3339(row.created_at), str(row.receipt_id))


def _state(row: Voucher, today: date) -> str:
    if row.state != "given":
        return row.state
    return "expired" if row.valid_to_on is not None and row.valid_to_on < today else "valid"


def _place_view(code: str, outlet: Outlet | None) -> PlaceView:
    return PlaceView(code, outlet.name, outlet.city) if outlet else PlaceView(code, None, None)
