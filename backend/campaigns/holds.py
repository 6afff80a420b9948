"""Offers that are kept for the member who was shown them, for a while: what is shown is there when it is used.

A hold is a use of its own. Whoever settles a receipt of the member lets the hold go in the same transaction and takes the
same units for the receipt, so that nobody comes in between.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns import uses
from backend.campaigns.models import OfferHold, PromotionUse
from backend.campaigns.uses import Claim, Key, Subject
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue

LET_GO = "campaigns.let-go"
"""The job that ends a hold, by its use."""


async def held_for(session: AsyncSession, tenant_id: UUID, member_id: UUID, *, now: datetime) -> dict[Key, OfferHold]:
    """What is kept for the member; what has run out is let go. The caller has the member's turn."""
    found = await session.exec(
        select(OfferHold)
        .where(OfferHold.tenant_id == tenant_id, OfferHold.member_id == member_id)
        .order_by(col(OfferHold.campaign_id), col(OfferHold.promotion))
        .with_for_update()
    )
    held = {}
    for hold in list(found):
        if hold.until_at <= now:
            await _end(session, hold, now=now)
        else:
            held[hold.campaign_id, hold.promotion] = hold
    return held


async def hold(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, claim: Claim, *, day: str, until: datetime, now: datetime
) -> OfferHold | None:
    """Keep what the claim needs for the member until that moment; None when there is none left."""
    row = OfferHold(
        tenant_id=tenant_id,
        member_id=member_id,
        campaign_id=claim.campaign_id,
        promotion=claim.promotion,
        use_id=new_id(),
        until_at=until,
    )
    if await uses.reserve(session, Subject(tenant_id, row.use_id, member_id, day), [claim], now=now) is not None:
        return None
    session.add(row)
    await enqueue(session, LET_GO, tenant_id, row.use_id, now=until)
    return row


async def hand_over(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, campaign_ids: Collection[UUID], *, now: datetime
) -> None:
    """Let go what is kept for the member of these campaigns, for a receipt of theirs that is decided now."""
    found = await session.exec(
        select(OfferHold)
        .where(
            OfferHold.tenant_id == tenant_id,
            OfferHold.member_id == member_id,
            col(OfferHold.campaign_id).in_(campaign_ids),
        )
        .order_by(col(OfferHold.campaign_id), col(OfferHold.promotion))
        .with_for_update()
    )
    for row in list(found):
        await _end(session, row, now=now)


async def uses_kept(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> list[PromotionUse]:
    """The uses that are kept for the member, who would be handed them at a purchase; nothing is let go."""
    kept = select(OfferHold.use_id).where(OfferHold.tenant_id == tenant_id, OfferHold.member_id == member_id)
    return list(
        await session.exec(
            select(PromotionUse).where(
                PromotionUse.tenant_id == tenant_id,
                col(PromotionUse.receipt_id).in_(kept),
                PromotionUse.state == "held",
            )
        )
    )


async def let_go(session: AsyncSession, tenant_id: UUID, use_id: UUID, *, now: datetime) -> None:
    """End the hold of that use, if it is still there."""
    found = await session.exec(
        select(OfferHold).where(OfferHold.tenant_id == tenant_id, OfferHold.use_id == use_id).with_for_update()
    )
    row = found.one_or_none()
    if row is not None:
        await _end(session, row, now=now)


async def _end(session: AsyncSession, row: OfferHold, *, now: datetime) -> None:
    await uses.release(session, row.tenant_id, row.use_id, now=now)
    await session.delete(row)
    await session.flush()  # the member may be shown it again at once
