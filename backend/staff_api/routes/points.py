"""Points given and taken by hand, with a reason."""

from typing import Annotated
from uuid import UUID

from litestar import put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, PathParameter

from backend.kit.clock import utc_now
from backend.kit.money import format_units
from backend.ledger.queries import Wallet, balances
from backend.ledger.service import adjust
from backend.members.queries import member
from backend.programmes.queries import programme_called
from backend.staff.login import Staff
from backend.staff_api.common import problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import AdjustmentTaken, AdjustmentView

TAG = "Points"
Key = Annotated[
    str,
    PathParameter(
        pattern=r"\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z",
        description="The caller's own name of it, such as a case's number.",
    ),
]


@put(
    "/members/{member_id:uuid}/adjustments/{key:str}",
    opt=needs("points.adjust"),
    operation_id="adjustPoints",
    tags=[TAG],
    summary="Give or take points by hand",
    responses=problems("member-not-found", "programme-not-found", "insufficient-points", "ledger-reference-reused"),
)
async def adjust_points(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    member_id: FromPath[UUID],
    key: Key,
    data: JSONBody[AdjustmentTaken],
) -> AdjustmentView:
    """Give points, above 0, or take available ones, below 0. The same again under its key changes nothing."""
    now = utc_now()
    async with context.database.transaction(staff.tenant_id) as session:
        await member(session, staff.tenant_id, member_id)
        own = await programme_called(session, staff.tenant_id, data.programme)
        posted = await adjust(
            session,
            staff.actor,
            programme_id=own.id,
            member_id=member_id,
            points=data.points,
            reason=data.reason,
            reference=f"adjustment:{key}",
            now=now,
        )
        wallets = await balances(session, staff.tenant_id, member_id, now=now)
    available = wallets.get(own.id, Wallet()).available
    return AdjustmentView(
        id=str(posted.transfer_id),
        points=format_units(posted.points + posted.debt, own.points_decimals),
        available=format_units(available, own.points_decimals),
    )
