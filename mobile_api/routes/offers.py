"""Offers: what the member can still use, kept for them for a while where it is limited."""

from typing import Any

from litestar import Request, get
from litestar.di import NamedDependency

from backend.accrual.offers import offers_of
from backend.kit.clock import utc_now
from backend.kit.i18n import negotiate
from backend.members.tokens import Caller
from mobile_api import examples
from mobile_api.context import ApiContext
from mobile_api.openapi import answer, problems
from mobile_api.shapes import OffersView
from mobile_api.views import offer_view

AnyRequest = Request[Any, Any, Any]


@get(
    "/offers",
    tags=["Offers"],
    operation_id="listOffers",
    summary="List offers",
    responses=answer(200, examples.OFFERS, "The member's offers") | problems("member-not-found"),
)
async def list_offers(
    request: AnyRequest, caller: NamedDependency[Caller], context: NamedDependency[ApiContext]
) -> OffersView:
    """What the member can still use now. What is limited and shown here is kept for them until `held_until`."""
    language = negotiate(request.headers.get("accept-language"))
    async with context.database.transaction(caller.tenant_id) as session:
        offers = await offers_of(session, caller.tenant_id, caller.member_id, keep=context.offers_kept, now=utc_now())
    return OffersView([offer_view(offer, language) for offer in offers])
