"""Receipts that nobody works on any more, until people have mended what stopped the asking or the settling.

A receipt whose job is dead is safe: its claim stands, and work begins anew with the whole schedule before it.
"""

from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.jobs import DEAD, JobRow, requeue
from backend.receipts.claims import FETCH
from backend.receipts.models import Receipt
from backend.receipts.service import SETTLE


async def retry_parked(
    session: AsyncSession, tenant_id: UUID, *, waiting_for: str | None, after: UUID | None, limit: int
) -> list[UUID]:
    """Take up the tenant's oldest parked receipts again, or those that wait for one reason: a portion of their jobs.

    `after` is the last job of the portion before.
    """
    parked = (
        select(JobRow.id)
        .join(Receipt, and_(col(Receipt.tenant_id) == JobRow.tenant_id, col(Receipt.id) == JobRow.subject))
        .where(
            Receipt.tenant_id == tenant_id,
            or_(
                and_(col(Receipt.state) == "pending", col(JobRow.kind) == FETCH),
                and_(col(Receipt.state) == "held", col(JobRow.kind) == SETTLE),
            ),
            JobRow.state == DEAD,
        )
        .order_by(col(JobRow.id))
        .limit(limit)
        .with_for_update(of=JobRow)
    )
    if waiting_for is not None:
        parked = parked.where(Receipt.waiting_for == waiting_for)
    if after is not None:
        parked = parked.where(col(JobRow.id) > after)
    jobs = list(await session.exec(parked))
    await requeue(session, jobs)
    return jobs
