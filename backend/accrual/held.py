"""Receipts that wait because a campaign broke while they were settled: nothing was posted, and nothing is lost.

They are settled by trying again once the campaign was mended, exactly once like every other.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.models import HeldReceipt
from backend.receipts.models import Receipt
from backend.receipts.queries import lock_receipt, submitted_receipts

HELD = "held"
BROKEN = "campaign-broken"
"""What such a receipt waits for."""


async def set_aside(
    session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, campaigns: list[str], reason: str, now: datetime
) -> None:
    """Let the receipt wait, and say to staff whose fault it is; one that was decided meanwhile stays as it is."""
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    if receipt.state not in {"confirmed", HELD}:
        return
    receipt.state, receipt.waiting_for = HELD, BROKEN
    session.add(receipt)
    fresh = {"campaigns": campaigns, "reason": reason, "held_at": now}
    await session.exec(
        insert(HeldReceipt).on_conflict_do_update(index_elements=["tenant_id", "receipt_id"], set_=fresh),
        params={"tenant_id": tenant_id, "receipt_id": receipt_id, **fresh},
    )


async def take_in(session: AsyncSession, receipt: Receipt) -> None:
    """The receipt is settled: nobody needs to look after it any more."""
    await session.exec(
        delete(HeldReceipt).where(
            col(HeldReceipt.tenant_id) == receipt.tenant_id, col(HeldReceipt.receipt_id) == receipt.id
        )
    )


async def held_receipts(
    session: AsyncSession, tenant_id: UUID, *, partner_id: UUID | None = None, limit: int
) -> list[tuple[Receipt, HeldReceipt]]:
    """The receipts that wait for a campaign to be mended, the newest first; of one partner's outlets if it is named."""
    receipts = await submitted_receipts(session, tenant_id, state=HELD, partner_id=partner_id, before=None, limit=limit)
    found = await session.exec(
        select(HeldReceipt).where(
            HeldReceipt.tenant_id == tenant_id, col(HeldReceipt.receipt_id).in_([row.id for row in receipts])
        )
    )
    why = {row.receipt_id: row for row in found}
    return [(receipt, why[receipt.id]) for receipt in receipts]
