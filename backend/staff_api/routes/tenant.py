"""What the tenant runs: its programmes and outlets."""

from litestar import get
from litestar.di import NamedDependency

from backend.kit.clock import utc_now
from backend.programmes.queries import outlets, programmes, schemes
from backend.staff.login import Staff
from backend.staff_api.common import problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import OutletView, ProgrammeView
from backend.staff_api.views import outlet_view, programme_view

TAG = "Tenant"


@get(
    "/outlets",
    opt=needs("outlet.read"),
    operation_id="listOutlets",
    tags=[TAG],
    summary="List outlets",
    responses=problems(),
)
async def list_outlets(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[OutletView]:
    """The tenant's outlets, closed ones included; an account of one partner sees its own."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await outlets(session, staff.tenant_id, partner_id=staff.partner_id)
    return [outlet_view(row) for row in rows]


@get(
    "/programmes",
    opt=needs("programme.read"),
    operation_id="listProgrammes",
    tags=[TAG],
    summary="List programmes",
    responses=problems(),
)
async def list_programmes(staff: NamedDependency[Staff], context: NamedDependency[StaffContext]) -> list[ProgrammeView]:
    """The tenant's programmes."""
    async with context.database.transaction(staff.tenant_id) as session:
        said = await schemes(session, staff.tenant_id)
        return [
            programme_view(row, said.get(row.id, []), utc_now()) for row in await programmes(session, staff.tenant_id)
        ]
