"""The main path of a receipt, in two functions that read downwards: submit, and settle; `undo` is the way back.

Between them the authority is asked (`receipts.fetch`). What must happen later is a row of the same transaction.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.baskets import basket_of_code, basket_of_receipt
from backend.accrual.records import names_of, record, sure_document, tell
from backend.accrual.undo import await_turn, undo
from backend.campaigns.queries import live_campaigns, name_products, promotions_of
from backend.catalogue.matching import LineFacts, match_lines
from backend.catalogue.queries import groups_with_ancestors
from backend.ledger import service as ledger
from backend.programmes import queries as programmes
from backend.promotions.engine import evaluate
from backend.receipts.claims import claim, standing_claim
from backend.receipts.models import Receipt
from backend.receipts.queries import lines, lock_receipt
from receipt_parsers.model import FiscalCode


async def submit(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    member_id: UUID,
    code: FiscalCode,
    pending_max: int,
    now: datetime,
) -> Receipt:
    """The member's submission of a code, with what is sure from the code alone.

    Twice by one member is once: the standing submission is returned. A tenant's own `pending_receipts_max` goes before
    `pending_max`. Raises MemberNotFound, ReceiptAlreadyClaimed or
    TooManyReceipts.
    """
    standing = await standing_claim(session, tenant_id, member_id, code)
    if standing is not None:
        return standing
    tenant = await programmes.tenant(session, tenant_id)
    programme = await programmes.programme(session, tenant_id)
    promotions = promotions_of(await live_campaigns(session, tenant_id, programme.id))
    basket = basket_of_code(code, tenant=tenant, programme=programme, member_id=member_id)
    sure = evaluate(basket, promotions if code.earns else ())
    return await claim(
        session,
        tenant_id,
        member_id,
        code,
        sure=sure_document(sure, names_of(promotions)),
        with_gtins=code.earns and name_products(promotions),
        pending_max=tenant.settings.get("pending_receipts_max", pending_max),
        now=now,
    )


async def settle(session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, now: datetime) -> None:
    """Give a confirmed receipt what the promotions say, once: under its row's lock, and then its state says so.

    What refunds return of it is taken back at once, be it the refund or the purchase that comes second.
    """
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    if receipt.state != "confirmed":
        return
    await await_turn(session, receipt)
    tenant = await programmes.tenant(session, tenant_id)
    programme = await programmes.programme(session, tenant_id)
    outlet = await programmes.outlet(session, tenant_id, receipt.outlet_id)
    campaigns = await live_campaigns(session, tenant_id, programme.id)
    promotions = promotions_of(campaigns)

    rows = await lines(session, tenant_id, receipt_id)
    products = await match_lines(session, tenant_id, [LineFacts(str(row.no), row.name, row.gtin) for row in rows])
    groups = await groups_with_ancestors(session, tenant_id, products.values())
    basket = basket_of_receipt(
        receipt, rows, products, groups=groups, tenant=tenant, programme=programme, outlet=outlet
    )
    outcome = evaluate(basket, promotions if receipt.earns else ())

    record(session, receipt, outcome, names=names_of(promotions), products=products, campaigns=campaigns, now=now)
    if outcome.points:
        await ledger.earn(
            session,
            tenant_id=tenant_id,
            programme_id=programme.id,
            member_id=receipt.member_id,
            points=outcome.points,
            reference=f"receipt:{receipt.id}",
            event_at=receipt.issued_at,
            now=now,
        )
    receipt.state = "settled"
    session.add(receipt)
    await tell(session, receipt, outcome, names=names_of(promotions), now=now)
    await undo(session, receipt, programme=programme, now=now)
