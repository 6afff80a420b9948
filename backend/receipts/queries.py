"""Questions about receipts."""

from uuid import UUID

from sqlalchemy import func, literal, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.receipts.errors import ReceiptNotFound
from backend.receipts.models import FiscalAnswer, Receipt, ReceiptLineRow


async def receipt_of_member(session: AsyncSession, tenant_id: UUID, member_id: UUID, receipt_id: UUID) -> Receipt:
    """A member's own receipt. Raises ReceiptNotFound, for another member's as well."""
    found = await session.exec(
        select(Receipt).where(Receipt.tenant_id == tenant_id, Receipt.id == receipt_id, Receipt.member_id == member_id)
    )
    row = found.one_or_none()
    if row is None:
        raise ReceiptNotFound
    return row


async def receipts_of_member(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, before: UUID | None, limit: int
) -> list[Receipt]:
    """A page of the member's receipts, newest first; `before` is the last id of the page before."""
    query = select(Receipt).where(Receipt.tenant_id == tenant_id, Receipt.member_id == member_id)
    if before is not None:
        query = query.where(col(Receipt.id) < before)
    return list(await session.exec(query.order_by(col(Receipt.id).desc()).limit(limit)))


async def lock_receipt(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> Receipt:
    """The receipt, held until the transaction ends: its state does not change under the caller."""
    found = await session.exec(
        select(Receipt)
        .where(Receipt.tenant_id == tenant_id, Receipt.id == receipt_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()


async def lines(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[ReceiptLineRow]:
    """The receipt's lines in their order; none before it is confirmed."""
    found = await session.exec(
        select(ReceiptLineRow)
        .where(ReceiptLineRow.tenant_id == tenant_id, ReceiptLineRow.receipt_id == receipt_id)
        .order_by(col(ReceiptLineRow.no))
    )
    return list(found)


async def pending_count(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> int:
    """How many of the member's receipts wait for an authority."""
    found = await session.exec(
        select(func.count())
        .select_from(Receipt)
        .where(Receipt.tenant_id == tenant_id, Receipt.member_id == member_id, Receipt.state == "pending")
    )
    return found.one()


async def stored_answer(session: AsyncSession, receipt: Receipt) -> FiscalAnswer | None:
    """What the authority already attested for exactly these bytes, with product numbers where they are wanted."""
    found = await session.exec(
        select(FiscalAnswer).where(
            FiscalAnswer.authority == receipt.authority,
            FiscalAnswer.fiscal_id == receipt.fiscal_id,
            FiscalAnswer.payload_sha256 == receipt.payload_sha256,
            or_(col(FiscalAnswer.with_gtins), literal(not receipt.with_gtins)),
        )
    )
    return found.one_or_none()
