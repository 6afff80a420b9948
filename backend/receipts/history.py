"""What a member bought before: settled sales by the time when they were issued, less what was refunded of them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.receipts.models import Receipt


async def purchases_before(session: AsyncSession, tenant_id: UUID, member_id: UUID, issued_at: datetime) -> int:
    """How many settled sales of the member were issued before."""
    found = await session.exec(
        select(func.count())
        .select_from(Receipt)
        .where(
            Receipt.tenant_id == tenant_id,
            Receipt.member_id == member_id,
            Receipt.kind == "sale",
            Receipt.state == "settled",
            Receipt.issued_at < issued_at,
        )
    )
    return found.one()


async def spent_between(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, currency: str, *, since: datetime, before: datetime
) -> list[tuple[datetime, int]]:
    """When each settled sale of the time was issued and what is left of it in that currency, after its refunds."""
    refund = aliased(Receipt)
    refunded = (
        select(func.coalesce(func.sum(refund.total_minor), 0))
        .where(
            col(refund.tenant_id) == Receipt.tenant_id,
            col(refund.authority) == Receipt.authority,
            col(refund.reference) == Receipt.fiscal_id,
            col(refund.kind) == "refund",
            col(refund.state) == "settled",
        )
        .correlate(Receipt)
        .scalar_subquery()
    )
    found = await session.exec(
        select(Receipt.issued_at, Receipt.total_minor - refunded).where(
            Receipt.tenant_id == tenant_id,
            Receipt.member_id == member_id,
            Receipt.kind == "sale",
            Receipt.state == "settled",
            Receipt.currency == currency,
            Receipt.issued_at >= since,
            Receipt.issued_at < before,
        )
    )
    return [(at, max(int(left), 0)) for at, left in found]
