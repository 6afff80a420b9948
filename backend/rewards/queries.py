"""Questions about what members have beside points."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.rewards.models import Coupon, StampCount, TakenBack, Voucher


async def stamps_of(session: AsyncSession, tenant_id: UUID, programme_id: UUID, member_id: UUID) -> dict[str, int]:
    """How many stamps are on each of the member's cards in the programme."""
    found = await session.exec(
        select(StampCount).where(
            StampCount.tenant_id == tenant_id,
            StampCount.programme_id == programme_id,
            StampCount.member_id == member_id,
        )
    )
    return {row.counter: row.units for row in found}


async def vouchers_of(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, before: UUID | None, limit: int
) -> list[Voucher]:
    """The member's vouchers, newest first, those before the one of that id."""
    query = select(Voucher).where(Voucher.tenant_id == tenant_id, Voucher.member_id == member_id)
    if before is not None:
        query = query.where(col(Voucher.id) < before)
    return list(await session.exec(query.order_by(col(Voucher.id).desc()).limit(limit)))


async def coupons_of(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, before: str | None, limit: int
) -> list[Coupon]:
    """The member's coupons, newest first, those before the one of that code; none before a code that is not theirs."""
    query = select(Coupon).where(Coupon.tenant_id == tenant_id, Coupon.member_id == member_id)
    if before is not None:
        last = (await session.exec(query.where(Coupon.code == before))).one_or_none()
        if last is None:
            return []
        is_older = col(Coupon.created_at) < last.created_at
        at_once = and_(col(Coupon.created_at) == last.created_at, col(Coupon.code) < last.code)
        query = query.where(or_(is_older, at_once))
    newest_first = query.order_by(col(Coupon.created_at).desc(), col(Coupon.code).desc())
    return list(await session.exec(newest_first.limit(limit)))


async def coupons_given(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[Coupon]:
    """The coupons that the receipt brought, by code."""
    found = await session.exec(
        select(Coupon)
        .where(Coupon.tenant_id == tenant_id, Coupon.receipt_id == receipt_id)
        .order_by(col(Coupon.position), col(Coupon.code))
    )
    return list(found)


async def things_taken_back(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[TakenBack]:
    """What refunds took back of the purchase beside points."""
    found = await session.exec(
        select(TakenBack).where(TakenBack.tenant_id == tenant_id, TakenBack.receipt_id == receipt_id)
    )
    return list(found)


async def coupons_called(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> list[Coupon]:
    """The coupons of those codes, as they are kept."""
    found = await session.exec(select(Coupon).where(Coupon.tenant_id == tenant_id, col(Coupon.code).in_(codes)))
    return list(found)
