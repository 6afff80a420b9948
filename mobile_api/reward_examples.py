"""The answers about vouchers and coupons that the OpenAPI description shows."""

from mobile_api.reward_shapes import CouponPage, OwnCouponView, PlaceView, VoucherPage, VoucherView

_RECEIPT = "019ab0f2-6d3c-7c50-9f6e-0d5a1c1f7a11"

VOUCHERS = VoucherPage(
    [
        VoucherView(
            id="019ab0f2-7a01-7c50-9f6e-0d5a1c1f7a13",
            kind="card",
            says="A bonus on the card for later purchases",
            state="valid",
            value="150.00",
            given="200.00",
            currency="RSD",
            valid_from="2026-11-22T14:51:57.202Z",
            valid_to="2026-12-31",
            redeem_at=[PlaceView("nis-1", "Roda Megamarket 345", "Niš")],
            receipt=_RECEIPT,
        )
    ],
    next=None,
)
COUPONS = CouponPage(
    [OwnCouponView("EASTER-7Q2MX3K9PD", "Easter", "given", "2026-11-22T14:53:02.118Z", _RECEIPT)], next=None
)
