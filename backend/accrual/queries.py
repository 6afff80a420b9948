"""Questions about what receipts were given."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.models import Award, Resettlement, Reversal, Settlement
from backend.receipts.models import Receipt


async def settlement(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> Settlement | None:
    """How the receipt was settled; None before it was."""
    found = await session.exec(
        select(Settlement).where(Settlement.tenant_id == tenant_id, Settlement.receipt_id == receipt_id)
    )
    return found.one_or_none()


async def resettlements(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[Resettlement]:
    """The rounds in which the receipt was given more after it was settled, the first one first."""
    found = await session.exec(
        select(Resettlement)
        .where(Resettlement.tenant_id == tenant_id, Resettlement.receipt_id == receipt_id)
        .order_by(col(Resettlement.round))
    )
    return list(found)


def products_of(settled: Settlement | None, later: Iterable[Resettlement]) -> dict[str, str]:
    """What each line was taken for when it was looked at last, by its number."""
    found = dict(settled.products) if settled else {}
    for each in later:
        found |= each.products
    return found


async def awards(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[Award]:
    """The receipt's awards in the order in which they were decided."""
    found = await session.exec(
        select(Award).where(Award.tenant_id == tenant_id, Award.receipt_id == receipt_id).order_by(col(Award.position))
    )
    return list(found)


async def taken_back(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[tuple[Receipt, list[Reversal]]]:
    """Each refund that took something back of the purchase, in the order in which they were issued, with what it took."""
    by_refund: dict[UUID, list[Reversal]] = {}
    for row in await reversals(session, tenant_id, receipt_id):
        by_refund.setdefault(row.refund_id, []).append(row)
    found = await session.exec(
        select(Receipt)
        .where(Receipt.tenant_id == tenant_id, col(Receipt.id).in_(by_refund))
        .order_by(col(Receipt.issued_at), col(Receipt.id))
    )
    return [(refund, by_refund[refund.id]) for refund in found]


async def reversals(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[Reversal]:
    """What refunds took back of the purchase, in no particular order."""
    found = await session.exec(
        select(Reversal).where(Reversal.tenant_id == tenant_id, Reversal.receipt_id == receipt_id)
    )
    return list(found)
