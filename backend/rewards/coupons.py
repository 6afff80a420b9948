"""Presenting coupons: one receipt holds a coupon while it waits, and spends it once it is given what the coupon asks for."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.codes import folded
from backend.rewards.models import Coupon


async def hold_coupons(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, codes: Collection[str], receipt_id: UUID
) -> None:
    """Keep those of the member's coupons that are free for the receipt; of several receipts at once exactly one."""
    free = _of(tenant_id, codes, member_id)
    await session.exec(update(Coupon).where(*free, col(Coupon.state) == "given").values(_held_by(receipt_id)))


async def lock_coupons(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, codes: Collection[str], receipt_id: UUID
) -> list[str]:
    """Those that the receipt may spend, nobody else's until the transaction ends."""
    found = await session.exec(
        select(Coupon)
        .where(*_of(tenant_id, codes, member_id), or_(col(Coupon.state) == "given", col(Coupon.used_by) == receipt_id))
        .order_by(col(Coupon.code))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return [row.code for row in found]


async def free_coupons(session: AsyncSession, tenant_id: UUID, member_id: UUID, codes: Collection[str]) -> list[str]:
    """Those of the codes that are the member's and that no receipt has; nobody is kept from using them meanwhile."""
    found = await session.exec(
        select(Coupon.code)
        .where(*_of(tenant_id, codes, member_id), col(Coupon.state) == "given")
        .order_by(col(Coupon.code))
    )
    return list(found)


async def spend_coupons(session: AsyncSession, tenant_id: UUID, codes: Collection[str], receipt_id: UUID) -> None:
    """They are the receipt's for good; the caller has locked them."""
    await session.exec(
        update(Coupon)
        .where(col(Coupon.tenant_id) == tenant_id, col(Coupon.code).in_(codes))
        .values({**_held_by(receipt_id), "state": "spent"})
    )


async def release_coupons(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> None:
    """Let go the coupons that the receipt holds; what it has spent stays spent."""
    await session.exec(
        update(Coupon)
        .where(col(Coupon.tenant_id) == tenant_id, col(Coupon.used_by) == receipt_id, col(Coupon.state) == "held")
        .values(state="given", used_by=None)
    )


def _held_by(receipt_id: UUID) -> dict[str, object]:
    return {"state": "held", "used_by": receipt_id}


def _of(tenant_id: UUID, codes: Collection[str], member_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return (
        col(Coupon.tenant_id) == tenant_id,
        col(Coupon.code).in_([folded(code) for code in codes]),
        col(Coupon.member_id) == member_id,
    )
