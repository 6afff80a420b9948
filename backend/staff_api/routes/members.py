"""Members: find and show. An account of one partner sees those alone who shopped there."""

from typing import Annotated
from uuid import UUID

from litestar import get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.members.queries import member_among, members_like
from backend.receipts.queries import shopped_at
from backend.staff.login import Staff
from backend.staff_api.common import Before, Limit, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import MemberPage, MemberView
from backend.staff_api.views import member_view

TAG = "Members"
Search = Annotated[
    str | None,
    QueryParameter(min_length=1, max_length=100, pattern=r"\A[^\x00]+\Z", description="Part of a name, or an id."),
]


@get(
    "/members",
    opt=needs("member.read"),
    operation_id="findMembers",
    tags=[TAG],
    summary="Find members",
    responses=problems(),
)
async def find_members(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    search: Search = None,
    before: Before = None,
    limit: Limit = 20,
) -> MemberPage:
    """Members, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await members_like(
            session, staff.tenant_id, search, among=shopped_at(staff.partner_id), before=before, limit=limit
        )
    return MemberPage([member_view(row) for row in rows], str(rows[-1].id) if len(rows) == limit else None)


@get(
    "/members/{member_id:uuid}",
    opt=needs("member.read"),
    operation_id="getMember",
    tags=[TAG],
    summary="Show a member",
    responses=problems("member-not-found"),
)
async def get_member(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], member_id: FromPath[UUID]
) -> MemberView:
    """One member."""
    async with context.database.transaction(staff.tenant_id) as session:
        return member_view(await member_among(session, staff.tenant_id, member_id, shopped_at(staff.partner_id)))
