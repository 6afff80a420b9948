"""Printed texts that wait for a product: list, show with why, link, put aside, take back."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.accrual.foresight import foresee_link
from backend.accrual.rules import RuleBook
from backend.catalogue.aliases import EVERY_SELLER
from backend.catalogue.matching.lines import explain
from backend.catalogue.matching.linking import ignore, link, unlink
from backend.catalogue.matching.reratings import reratings, stop
from backend.catalogue.matching.review import Place, queue, unmatched_text
from backend.kit.clock import utc_now
from backend.staff.login import Staff
from backend.staff_api.common import AnyRequest, Before, Limit, language_of, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.texts import (
    ForeseenView,
    Link,
    ReratingPage,
    ReratingView,
    TextPage,
    TextRow,
    TextView,
    foreseen_view,
    rerating_view,
    text_row,
    text_view,
)

TAG = "Matching"
State = Annotated[Literal["waiting", "linked", "matched", "ignored"], QueryParameter(name="state")]
Band = Annotated[Literal["review", "reject"] | None, QueryParameter(name="band")]
Seller = Annotated[
    str | None, QueryParameter(min_length=1, max_length=40, pattern=r"\A[^\x00]+\Z", description="A tax number.")
]
Search = Annotated[
    str | None,
    QueryParameter(
        min_length=1, max_length=100, pattern=r"\A[^\x00]+\Z", description="Part of the text, in any script."
    ),
]
After = Annotated[
    str | None,
    QueryParameter(
        pattern=r"\A[0-9]{1,18}_[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", description="`next` of the page before."
    ),
]


@get(
    "/matching",
    opt=needs("matching.read"),
    operation_id="listTexts",
    tags=[TAG],
    summary="List texts without a product",
    responses=problems(),
)
async def list_texts(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    text_state: State = "waiting",
    seller: Seller = None,
    text_band: Band = None,
    search: Search = None,
    after: After = None,
    limit: Limit = 20,
) -> TextPage:
    """Texts of slips that no product was found for, those of most receipts first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await queue(
            session,
            staff.tenant_id,
            state=text_state,
            seller_tax_id=seller,
            band=text_band,
            search=search,
            after=_place(after),
            limit=limit,
        )
    following = f"{rows[-1].receipts}_{rows[-1].id}" if len(rows) == limit else None
    return TextPage([text_row(row) for row in rows], following)


@get(
    "/matching/{text_id:uuid}",
    opt=needs("matching.read"),
    operation_id="getText",
    tags=[TAG],
    summary="Show a text and what it may mean",
    responses=problems("unmatched-text-not-found"),
)
async def get_text(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    text_id: FromPath[UUID],
) -> TextView:
    """One text with the products that it may mean, why, and what speaks against each."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await unmatched_text(session, staff.tenant_id, text_id)
        found = await explain(session, staff.tenant_id, row.sample, seller_tax_id=row.seller_tax_id)
    return text_view(row, found, language_of(request))


@post(
    "/matching/{text_id:uuid}/link",
    opt=needs("matching.manage"),
    status_code=200,
    operation_id="linkText",
    tags=[TAG],
    summary="Say which product a text is",
    responses=problems("unmatched-text-not-found", "alias-product-unknown"),
)
async def link_text(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    text_id: FromPath[UUID],
    data: JSONBody[Link],
) -> TextRow:
    """Take the text for that product from now on; twice is once, and another product replaces it."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await unmatched_text(session, staff.tenant_id, text_id)
        seller = EVERY_SELLER if data.all_sellers else row.seller_tax_id
        await link(session, staff.actor, text=row.folded, sku=data.sku, seller_tax_id=seller, now=utc_now())
        await session.refresh(row)
    return text_row(row)


@post(
    "/matching/{text_id:uuid}/preview",
    opt=needs("matching.manage"),
    status_code=200,
    operation_id="previewLink",
    tags=[TAG],
    summary="See what a link would cost",
    responses=problems("unmatched-text-not-found", "alias-product-unknown"),
)
async def preview_link(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    text_id: FromPath[UUID],
    data: JSONBody[Link],
) -> ForeseenView:
    """What past receipts would be given if the text were linked so; nothing is changed."""
    rules = await RuleBook(context.database).of(staff.tenant_id)
    async with context.database.transaction(staff.tenant_id) as session:
        row = await unmatched_text(session, staff.tenant_id, text_id)
        seller = EVERY_SELLER if data.all_sellers else row.seller_tax_id
        found = await foresee_link(session, rules, text=row.folded, sku=data.sku, seller_tax_id=seller, now=utc_now())
    return foreseen_view(found)


@get(
    "/matching/reratings",
    opt=needs("matching.read"),
    operation_id="listReratings",
    tags=[TAG],
    summary="List how far past receipts are",
    responses=problems(),
)
async def list_reratings(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    before: Before = None,
    limit: Limit = 20,
) -> ReratingPage:
    """Texts whose past receipts are looked at again, or were, newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await reratings(session, staff.tenant_id, before=before, limit=limit)
    return ReratingPage([rerating_view(row) for row in rows], str(rows[-1].id) if len(rows) == limit else None)


@post(
    "/matching/reratings/{rerating_id:uuid}/stop",
    opt=needs("matching.manage"),
    status_code=200,
    operation_id="stopRerating",
    tags=[TAG],
    summary="Stop looking at past receipts",
    responses=problems("rerating-not-found"),
)
async def stop_rerating(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], rerating_id: FromPath[UUID]
) -> ReratingView:
    """Look at no further receipt; what was given stays given, and twice is once."""
    async with context.database.transaction(staff.tenant_id) as session:
        return rerating_view(await stop(session, staff.actor, rerating_id, now=utc_now()))


@post(
    "/matching/{text_id:uuid}/unlink",
    opt=needs("matching.manage"),
    status_code=200,
    operation_id="unlinkText",
    tags=[TAG],
    summary="Take back what was decided about a text",
    responses=problems("unmatched-text-not-found"),
)
async def unlink_text(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], text_id: FromPath[UUID]
) -> TextRow:
    """Let the text wait again; its link is gone, and the one for every seller."""
    async with context.database.transaction(staff.tenant_id) as session:
        return text_row(await unlink(session, staff.actor, text_id, now=utc_now()))


@post(
    "/matching/{text_id:uuid}/ignore",
    opt=needs("matching.manage"),
    status_code=200,
    operation_id="ignoreText",
    tags=[TAG],
    summary="Put a text aside",
    responses=problems("unmatched-text-not-found"),
)
async def ignore_text(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], text_id: FromPath[UUID]
) -> TextRow:
    """Say that the text is none of the tenant's products."""
    async with context.database.transaction(staff.tenant_id) as session:
        return text_row(await ignore(session, staff.actor, text_id, now=utc_now()))


def _place(after: str | None) -> Place | None:
    if after is None:
        return None
    receipts, _, text_id = after.partition("_")
    return Place(int(receipts), UUID(text_id))
