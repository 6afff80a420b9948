"""What a member has beside points: vouchers for later purchases, and coupons to present."""

from typing import Annotated, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from backend.kit.clock import utc_now
from backend.kit.i18n import negotiate
from backend.members.tokens import Caller
from backend.programmes.queries import outlets_called, tenant
from backend.rewards.queries import coupons_of, vouchers_of
from mobile_api import reward_examples as examples
from mobile_api.context import ApiContext
from mobile_api.openapi import answer, problems
from mobile_api.reward_shapes import CouponPage, VoucherPage
from mobile_api.reward_views import own_coupon_view, voucher_view
from mobile_api.routes.receipts import Limit
from mobile_api.shapes import PRESENTED_PATTERN

AnyRequest = Request[Any, Any, Any]

TAG = "Vouchers and coupons"
BeforeCode = Annotated[
    str | None, QueryParameter(pattern=PRESENTED_PATTERN, max_length=64, description="`next` of the page before.")
]


@get(
    "/vouchers",
    tags=[TAG],
    operation_id="listVouchers",
    summary="List vouchers",
    responses=answer(200, examples.VOUCHERS, "A page of vouchers") | problems("malformed-request"),
)
async def list_vouchers(
    request: AnyRequest,
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    before: FromQuery[UUID | None] = None,
    limit: Limit = 20,
) -> VoucherPage:
    """Bonuses and cashback of the member, newest first: what is left of each, until when and where it is good."""
    language, now = negotiate(request.headers.get("accept-language")), utc_now()
    async with context.database.transaction(caller.tenant_id) as session:
        rows = await vouchers_of(session, caller.tenant_id, caller.member_id, before=before, limit=limit)
        places = await outlets_called(session, caller.tenant_id, {code for row in rows for code in row.redeem_at})
        today = now.astimezone(ZoneInfo((await tenant(session, caller.tenant_id)).time_zone)).date()
    return VoucherPage(
        vouchers=[voucher_view(row, places, language, today=today) for row in rows],
        next=str(rows[-1].id) if len(rows) == limit else None,
    )


@get(
    "/coupons",
    tags=[TAG],
    operation_id="listCoupons",
    summary="List coupons",
    responses=answer(200, examples.COUPONS, "A page of coupons") | problems("malformed-request"),
)
async def list_coupons(
    caller: NamedDependency[Caller],
    context: NamedDependency[ApiContext],
    before: BeforeCode = None,
    limit: Limit = 20,
) -> CouponPage:
    """The member's coupons, newest first, the used ones included."""
    async with context.database.transaction(caller.tenant_id) as session:
        rows = await coupons_of(session, caller.tenant_id, caller.member_id, before=before, limit=limit)
    return CouponPage(
        coupons=[own_coupon_view(row) for row in rows], next=rows[-1].code if len(rows) == limit else None
    )
