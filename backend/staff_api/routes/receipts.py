"""Receipts: find, show with why, and try again. An account of one partner sees those of its outlets alone."""

from typing import Annotated, Literal
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from backend.accrual.held import held_receipts
from backend.accrual.queries import awards, resettlements, settlement
from backend.kit.audit import record
from backend.kit.clock import utc_now
from backend.receipts.queries import lines, submitted_receipt, submitted_receipts
from backend.receipts.service import retry
from backend.staff.login import Staff
from backend.staff_api.campaign_shapes import HeldView
from backend.staff_api.campaign_views import held_view
from backend.staff_api.common import AnyRequest, Before, Limit, language_of, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import ReceiptPage, ReceiptRow, ReceiptView
from backend.staff_api.views import receipt_row, receipt_view

TAG = "Receipts"
State = Annotated[Literal["pending", "confirmed", "held", "settled", "refused"] | None, QueryParameter(name="state")]


@get(
    "/receipts",
    opt=needs("receipt.read"),
    operation_id="findReceipts",
    tags=[TAG],
    summary="Find receipts",
    responses=problems(),
)
async def find_receipts(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    member: FromQuery[UUID | None] = None,
    receipt_state: State = None,
    before: Before = None,
    limit: Limit = 20,
) -> ReceiptPage:
    """Receipts, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await submitted_receipts(
            session,
            staff.tenant_id,
            member_id=member,
            state=receipt_state,
            partner_id=staff.partner_id,
            before=before,
            limit=limit,
        )
    language = language_of(request)
    following = str(rows[-1].id) if len(rows) == limit else None
    return ReceiptPage([receipt_row(row, language) for row in rows], following)


@get(
    "/receipts/held",
    opt=needs("receipt.read"),
    operation_id="listHeldReceipts",
    tags=[TAG],
    summary="List receipts that a broken campaign holds up",
    responses=problems(),
)
async def list_held(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], limit: Limit = 20
) -> list[HeldView]:
    """The receipts that wait until a campaign is mended and they are tried again, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = await held_receipts(session, staff.tenant_id, partner_id=staff.partner_id, limit=limit)
    return [held_view(receipt, held) for receipt, held in found]


@get(
    "/receipts/{receipt_id:uuid}",
    opt=needs("receipt.read"),
    operation_id="getReceipt",
    tags=[TAG],
    summary="Show a receipt",
    responses=problems("receipt-not-found"),
)
async def get_receipt(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    receipt_id: FromPath[UUID],
) -> ReceiptView:
    """One receipt: where it stands, its lines, what each promotion gave or why it did not."""
    async with context.database.transaction(staff.tenant_id) as session:
        row = await submitted_receipt(session, staff.tenant_id, receipt_id, partner_id=staff.partner_id)
        own = await lines(session, staff.tenant_id, receipt_id)
        settled = await settlement(session, staff.tenant_id, receipt_id)
        later = await resettlements(session, staff.tenant_id, receipt_id)
        given = await awards(session, staff.tenant_id, receipt_id)
    return receipt_view(row, own, settled, later, given, language_of(request))


@post(
    "/receipts/{receipt_id:uuid}/retry",
    opt=needs("receipt.retry"),
    status_code=200,
    operation_id="retryReceipt",
    tags=[TAG],
    summary="Try a receipt again",
    responses=problems("receipt-not-found", "receipt-decided"),
)
async def retry_receipt(
    request: AnyRequest,
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    receipt_id: FromPath[UUID],
) -> ReceiptRow:
    """Let what an undecided receipt waits for be tried at once, with all its attempts before it."""
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        await submitted_receipt(session, staff.tenant_id, receipt_id, partner_id=staff.partner_id)
        row = await retry(session, staff.tenant_id, receipt_id, now=now)
        stands = {"state": row.state, "waiting_for": row.waiting_for}
        await record(session, staff.actor, "receipt.retried", ("receipt", row.id), before=stands, after=stands, now=now)
    return receipt_row(row, language_of(request))
