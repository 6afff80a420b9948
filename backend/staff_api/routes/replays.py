"""Replays: what a campaign would have given for the receipts of a period. An account of one partner replays its outlets' alone."""

from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.accrual.replay import Period, begin_replay, cancel_replay, replay_standing, replays
from backend.kit.clock import utc_now
from backend.staff.login import Staff
from backend.staff_api.common import Before, Limit, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.replay_shapes import ReplayPage, ReplayRow, ReplayTaken, ReplayView
from backend.staff_api.replay_views import replay_row, replay_view

TAG = "Campaigns"


@post(
    "/replays",
    opt=needs("campaign.manage"),
    status_code=202,
    operation_id="beginReplay",
    tags=[TAG],
    summary="Replay a campaign",
    responses=problems("campaign-not-found", "replay-period-refused", "too-many-replays"),
)
async def begin_one(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[ReplayTaken]
) -> ReplayRow:
    """Have a draft, or any revision, replayed over stored receipts by a job; ask where it stands. Nothing is posted."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await begin_replay(
            session,
            staff.actor,
            data.campaign,
            Period(data.from_on, data.to_on),
            revision=data.revision,
            partner_id=staff.partner_id,
            now=utc_now(),
        )
    return replay_row(row, data.campaign)


@get(
    "/replays",
    opt=needs("campaign.read"),
    operation_id="listReplays",
    tags=[TAG],
    summary="List replays",
    responses=problems(),
)
async def list_replays(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    before: Before = None,
    limit: Limit = 20,
) -> ReplayPage:
    """Replays with their progress, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = await replays(session, staff.tenant_id, partner_id=staff.partner_id, before=before, limit=limit)
    following = str(found[-1][0].id) if len(found) == limit else None
    return ReplayPage([replay_row(*each) for each in found], following)


@get(
    "/replays/{replay_id:uuid}",
    opt=needs("campaign.read"),
    operation_id="getReplay",
    tags=[TAG],
    summary="Show a replay",
    responses=problems("replay-not-found"),
)
async def get_replay(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], replay_id: FromPath[UUID]
) -> ReplayView:
    """How far a replay is and, once it is done, what it found."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = await replay_standing(session, staff.tenant_id, replay_id, partner_id=staff.partner_id)
    return replay_view(*found)


@post(
    "/replays/{replay_id:uuid}/cancel",
    opt=needs("campaign.manage"),
    status_code=200,
    operation_id="cancelReplay",
    tags=[TAG],
    summary="Cancel a replay",
    responses=problems("replay-not-found", "replay-ended"),
)
async def cancel_one(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], replay_id: FromPath[UUID]
) -> ReplayRow:
    """End a replay without a result."""
    async with context.database.transaction(staff.tenant_id) as session:
        await cancel_replay(session, staff.actor, replay_id, partner_id=staff.partner_id, now=utc_now())
        found = await replay_standing(session, staff.tenant_id, replay_id)
    return replay_row(*found)
