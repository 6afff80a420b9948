"""Questions about what receipts were given."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.models import Award, Settlement


async def settlement(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> Settlement | None:
    """How the receipt was settled; None before it was."""
    found = await session.exec(
        select(Settlement).where(Settlement.tenant_id == tenant_id, Settlement.receipt_id == receipt_id)
    )
    return found.one_or_none()


async def awards(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[Award]:
    """The receipt's awards in the order in which they were decided."""
    found = await session.exec(
        select(Award).where(Award.tenant_id == tenant_id, Award.receipt_id == receipt_id).order_by(col(Award.position))
    )
    return list(found)
