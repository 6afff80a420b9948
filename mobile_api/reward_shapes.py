"""The shapes of what a member has beside points. As in `shapes`: every field is present, money is decimal strings."""

import msgspec


class PlaceView(msgspec.Struct, frozen=True):
    """A shop; only its code is known where the tenant has no shop of that code (any more)."""

    code: str
    name: str | None
    city: str | None


class VoucherView(msgspec.Struct, frozen=True):
    """Money for later purchases: a bonus on the `card` or with the `receipt`, or `cashback`; `says` is that in words.

    `value` is what is left of `given` after refunds. It is good for purchases after `valid_from`, until the end of the
    day `valid_to` if there is one, at the shops `redeem_at`, any if empty. `state` is `valid`, `expired` or `taken_back`.
    """

    id: str
    kind: str
    says: str
    state: str
    value: str
    given: str
    currency: str
    valid_from: str
    valid_to: str | None
    redeem_at: list[PlaceView]
    receipt: str


class VoucherPage(msgspec.Struct, frozen=True):
    """A page of vouchers, newest first; `next` is what to pass as `before` for the following one."""

    vouchers: list[VoucherView]
    next: str | None


class OwnCouponView(msgspec.Struct, frozen=True):
    """A coupon, the receipt that brought it, and when; present `code` with a later receipt.

    `state` is `given`, `held` by a receipt that waits, `spent` or `taken_back`.
    """

    code: str
    series: str
    state: str
    given_at: str
    receipt: str


class CouponPage(msgspec.Struct, frozen=True):
    """A page of coupons, newest first; `next` is what to pass as `before` for the following one."""

    coupons: list[OwnCouponView]
    next: str | None
