"""Offers that are kept for the member who was shown them, for a while: what is shown is there when it is used.

A hold is a use of its own. Whoever settles a receipt of the member lets the hold go in the same transaction and takes the
same units for the receipt, so that nobody comes in between; what the receipt does not take is kept on.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns import uses
from backend.campaigns.content import Limits
from backend.campaigns.models import OfferHold, PromotionUse
from backend.campaigns.timeline import Rule
from backend.campaigns.uses import EVER, Claim, Key, Subject
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue

LET_GO = "campaigns.let-go"
"""The job that ends a hold, by its use."""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What was kept for a member until a receipt of theirs is decided; `day` is that of the use."""

    claim: Claim
    day: str
    until_at: datetime


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


async def await_member(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> None:
    """Let all that moves what is kept for a member come one after the other; the member's row stays free."""
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:member, 0))"),
        {"member": f"offers:{tenant_id}:{member_id}"},
    )


async def hand_over(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, rules: Iterable[Rule], *, now: datetime
) -> list[HandedOver]:
    """Let go what is kept for the member of these rules, for a receipt of theirs that is decided now.

    Call it once, with the rules of all programmes, before anything limited is taken; `keep_again` what the receipt left.
    """
    by_campaign = {rule.campaign_id: rule for rule in rules if rule.limits}
    if not by_campaign:
        return []
    await await_member(session, tenant_id, member_id)
    held = await session.exec(
        select(OfferHold, PromotionUse)
        .join(
            PromotionUse,
            (col(PromotionUse.tenant_id) == OfferHold.tenant_id)
            & (col(PromotionUse.receipt_id) == OfferHold.use_id)
            & (col(PromotionUse.campaign_id) == OfferHold.campaign_id)
            & (col(PromotionUse.promotion) == OfferHold.promotion),
        )
        .where(
            OfferHold.tenant_id == tenant_id,
            OfferHold.member_id == member_id,
            col(OfferHold.campaign_id).in_(by_campaign),
        )
        .order_by(col(OfferHold.campaign_id), col(OfferHold.promotion))
        .with_for_update(of=OfferHold)
    )
    handed = []
    for row, use in list(held):
        limits = by_campaign[row.campaign_id].limits.get(row.promotion, Limits())
        claim = Claim(row.campaign_id, row.promotion, use.value_centi, limits, tuple(use.pools))
        day = next((span for span in use.spans if span != EVER), now.date().isoformat())
        handed.append(HandedOver(claim, day, row.until_at))
        await _end(session, row, now=now)
    return handed


async def keep_again(
    session: AsyncSession,
    tenant_id: UUID,
    member_id: UUID,
    handed: Iterable[HandedOver],
    *,
    taken: Collection[Key],
    now: datetime,
) -> None:
    """Keep on for the member what their receipt has not taken, until the moment that was said at first."""
    for each in handed:
        if each.claim.key not in taken and each.until_at > now:
            await hold(session, tenant_id, member_id, each.claim, day=each.day, until=each.until_at, now=now)


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
