"""Groups of members, and whom programmes are for."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter

from backend.kit.clock import utc_now
from backend.members.groups import groups, put_in_group, take_out_of_group
from backend.members.queries import member
from backend.programmes.assigning import PointsDays, Whom, assign, run, unassign
from backend.programmes.queries import schemes
from backend.staff.login import Staff
from backend.staff_api.campaign_shapes import GroupView, ProgrammeChange
from backend.staff_api.common import problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import ProgrammeView
from backend.staff_api.views import programme_view

TAG = "Groups and programmes"
GroupCode = Annotated[str, PathParameter(min_length=1, max_length=64, description="The group's code.")]


@get(
    "/groups",
    opt=needs("group.manage"),
    operation_id="listMemberGroups",
    tags=[TAG],
    summary="List groups of members",
    responses=problems(),
)
async def list_member_groups(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[GroupView]:
    """Every group that somebody is in."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [GroupView(code, count) for code, count in (await groups(session, staff.tenant_id)).items()]


@put(
    "/groups/{group:str}/members/{member_id:uuid}",
    opt=needs("group.manage"),
    status_code=204,
    operation_id="putInGroup",
    tags=[TAG],
    summary="Put a member in a group",
    responses=problems("member-not-found", "group-malformed"),
)
async def put_member(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], group: GroupCode, member_id: FromPath[UUID]
) -> None:
    """Put the member in the group, which begins with its first member; twice is once."""
    async with context.database.transaction(staff.tenant_id) as session:
        await put_in_group(session, staff.actor, member_id, group, now=utc_now())


@delete(
    "/groups/{group:str}/members/{member_id:uuid}",
    opt=needs("group.manage"),
    operation_id="takeOutOfGroup",
    tags=[TAG],
    summary="Take a member out of a group",
    responses=problems("member-not-found"),
)
async def take_member(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], group: GroupCode, member_id: FromPath[UUID]
) -> None:
    """Take the member out of the group."""
    async with context.database.transaction(staff.tenant_id) as session:
        await take_out_of_group(session, staff.actor, member_id, group, now=utc_now())


@put(
    "/programmes/{programme_id:uuid}",
    opt=needs("programme.manage"),
    operation_id="changeProgramme",
    tags=[TAG],
    summary="Open a programme, and choose its scheme",
    responses=problems("programme-not-found"),
)
async def change_programme(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    programme_id: FromPath[UUID],
    data: JSONBody[ProgrammeChange],
) -> ProgrammeView:
    """Open the programme to everyone or to those whom it is assigned to, and choose the one form in which it gives.

    The form holds for purchases from `since` on, or from now on; earlier ones keep the form of their time.
    """
    now = utc_now()
    wanted = data.points_days
    days = PointsDays(wanted.valid, wanted.pending, wanted.warning) if wanted is not None else None
    async with context.database.transaction(staff.tenant_id) as session:
        row = await run(
            session,
            staff.actor,
            programme_id,
            open_to=data.open_to,
            scheme=data.scheme,
            since=data.since,
            days=days,
            now=now,
        )
        said = await schemes(session, staff.tenant_id)
    return programme_view(row, said.get(row.id, []), now)


@put(
    "/programmes/{programme_id:uuid}/groups/{group:str}",
    opt=needs("programme.manage"),
    status_code=204,
    operation_id="assignGroup",
    tags=[TAG],
    summary="Assign a programme to a group",
    responses=problems("programme-not-found"),
)
async def assign_group(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    programme_id: FromPath[UUID],
    group: GroupCode,
) -> None:
    """Give the programme to every member of the group, of today and of later."""
    async with context.database.transaction(staff.tenant_id) as session:
        await assign(session, staff.actor, programme_id, Whom(group=group), now=utc_now())


@delete(
    "/programmes/{programme_id:uuid}/groups/{group:str}",
    opt=needs("programme.manage"),
    operation_id="unassignGroup",
    tags=[TAG],
    summary="Take a programme from a group",
    responses=problems("programme-not-found"),
)
async def unassign_group(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    programme_id: FromPath[UUID],
    group: GroupCode,
) -> None:
    """Take the programme from the group; who has it by name keeps it."""
    async with context.database.transaction(staff.tenant_id) as session:
        await unassign(session, staff.actor, programme_id, Whom(group=group), now=utc_now())


@put(
    "/programmes/{programme_id:uuid}/members/{member_id:uuid}",
    opt=needs("programme.manage"),
    status_code=204,
    operation_id="assignMember",
    tags=[TAG],
    summary="Assign a programme to a member",
    responses=problems("programme-not-found", "member-not-found"),
)
async def assign_member(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    programme_id: FromPath[UUID],
    member_id: FromPath[UUID],
) -> None:
    """Give the programme to one member by name."""
    async with context.database.transaction(staff.tenant_id) as session:
        await member(session, staff.tenant_id, member_id)
        await assign(session, staff.actor, programme_id, Whom(member_id=member_id), now=utc_now())


@delete(
    "/programmes/{programme_id:uuid}/members/{member_id:uuid}",
    opt=needs("programme.manage"),
    operation_id="unassignMember",
    tags=[TAG],
    summary="Take a programme from a member",
    responses=problems("programme-not-found"),
)
async def unassign_member(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    programme_id: FromPath[UUID],
    member_id: FromPath[UUID],
) -> None:
    """Take the programme from the member; who has it by a group keeps it."""
    async with context.database.transaction(staff.tenant_id) as session:
        await unassign(session, staff.actor, programme_id, Whom(member_id=member_id), now=utc_now())
