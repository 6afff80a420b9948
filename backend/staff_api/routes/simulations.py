"""Simulations: what campaigns would give for a basket, before anybody gets it. Nothing of them is kept."""

from typing import Any

from litestar import post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from backend.accrual.simulation import Wish, simulate
from backend.kit.clock import utc_now
from backend.kit.i18n import translate
from backend.staff.errors import PermissionMissing
from backend.staff.login import Staff
from backend.staff_api.common import AnyRequest, language_of, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.replay_shapes import SimulationTaken

_OF_MEMBERS = "member.read"


@post(
    "/simulations",
    opt=needs("campaign.read"),
    status_code=200,
    operation_id="simulate",
    tags=["Campaigns"],
    summary="Simulate a basket",
    responses=problems(
        "malformed-document",
        "campaign-not-found",
        "programme-not-found",
        "member-not-found",
        "campaign-broken",
    ),
)
async def simulate_basket(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    data: JSONBody[SimulationTaken],
) -> dict[str, Any]:
    """Decide a basket by the named campaigns alone, drafts and paused ones too, or by those that hold at its time.

    A stored member is simulated by those alone who may read members.
    """
    if data.member is not None and _OF_MEMBERS not in staff.permissions:
        raise PermissionMissing(permission=_OF_MEMBERS)
    wish = Wish(data.basket, tuple(data.campaigns), data.programme, data.member)
    async with context.database.transaction(staff.tenant_id) as session:
        found = await simulate(session, staff.tenant_id, wish, partner_id=staff.partner_id, now=utc_now())
    language = language_of(request)
    return found.document(lambda text: translate(text, language))
