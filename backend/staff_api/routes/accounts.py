"""Staff accounts: list, invite, give another role, block."""

from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from backend.kit.clock import utc_now
from backend.staff import service
from backend.staff.login import Staff
from backend.staff.queries import accounts
from backend.staff_api.common import problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import AccountView, Invite, InvitedView, Rights
from backend.staff_api.views import account_view

TAG = "Staff"


@get(
    "/accounts",
    opt=needs("staff.read"),
    operation_id="listAccounts",
    tags=[TAG],
    summary="List staff",
    responses=problems(),
)
async def list_accounts(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[AccountView]:
    """Every account of the tenant."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [account_view(row) for row in await accounts(session, staff.tenant_id)]


@post(
    "/accounts",
    opt=needs("staff.manage"),
    operation_id="inviteAccount",
    tags=[TAG],
    summary="Invite somebody",
    responses=problems("staff-malformed", "staff-exists"),
)
async def invite(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[Invite]
) -> InvitedView:
    """Make an account that waits for its person, and the one-time token that lets them in."""
    async with context.database.transaction(staff.tenant_id) as session:
        row, token = await service.invite(
            session, staff.actor, email=data.email, role=data.role, partner_id=data.partner, now=utc_now()
        )
    return InvitedView(account_view(row), token)


@put(
    "/accounts/{account_id:uuid}/role",
    opt=needs("staff.manage"),
    operation_id="changeRole",
    tags=[TAG],
    summary="Give another role",
    responses=problems("staff-malformed", "staff-not-found", "own-account", "last-owner"),
)
async def change_role(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    account_id: FromPath[UUID],
    data: JSONBody[Rights],
) -> AccountView:
    """Change role and partner; the account's sessions end."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await service.change_role(
            session, staff.actor, account_id, role=data.role, partner_id=data.partner, now=utc_now()
        )
    return account_view(row)


@post(
    "/accounts/{account_id:uuid}/block",
    opt=needs("staff.manage"),
    status_code=200,
    operation_id="blockAccount",
    tags=[TAG],
    summary="Block somebody",
    responses=problems("staff-not-found", "own-account", "last-owner"),
)
async def block(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], account_id: FromPath[UUID]
) -> AccountView:
    """Shut the account out at once; an invitation lets it in again."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await service.block(session, staff.actor, account_id, now=utc_now())
    return account_view(row)
