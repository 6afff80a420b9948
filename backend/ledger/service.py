"""Moves points: every verb is one call of the ledger's SQL function on the session's own connection.

Each verb locks the member's wallet until the transaction ends, does once what it is asked twice with the same input, and
raises ReferenceReused for a reference that was posted with another input, and AmountOutOfRange. Points are those of the
programme's smallest unit. A transaction that concerns several wallets posts in one call of `post`.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.ledger.posting import Posted, Posting, post, post_one

__all__ = [
    "Posted",
    "Posting",
    "adjust",
    "burn",
    "capture",
    "earn",
    "hold",
    "post",
    "release",
    "roll_back",
    "take_back",
    "transfer",
]


async def earn(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Give points, at least 1; a debt is paid first. The rest is a lot, pending and valid as the programme says."""
    posting = Posting("earn", programme_id, member_id, points, reference, event_at)
    return await post_one(session, tenant_id, posting, now=now)


async def burn(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Spend what is available, the earliest-expiring points first and of those the oldest.

    Raises InsufficientPoints, which says what is available: nothing that is held, owed, pending or expired.
    """
    posting = Posting("burn", programme_id, member_id, points, reference, event_at)
    return await post_one(session, tenant_id, posting, now=now)


async def take_back(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int,
    original: str,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Reverse all or a part of an earn, whose reference is `original`, by a transfer linked to it.

    The earn's own lot goes first, then others; points already spent or held become debt. Raises TransferUnknown,
    ReversalTooLarge when less of the earn is left.
    """
    posting = Posting("reversal", programme_id, member_id, points, reference, event_at, original)
    return await post_one(session, tenant_id, posting, now=now)


async def roll_back(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int | None = None,
    original: str,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Give back what a burn or capture, whose reference is `original`, took: to the lots it took it from.

    None is all that was not given back yet. A debt is paid first, and a lot that has expired meanwhile stays expired.
    Raises TransferUnknown, ReversalTooLarge when less is left to give back.
    """
    posting = Posting("restoration", programme_id, member_id, points, reference, event_at, original)
    return await post_one(session, tenant_id, posting, now=now)


async def hold(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int,
    reference: str,
    expires_at: datetime,
    now: datetime,
) -> Posted:
    """Set available points aside until then, by the database's clock. Asked again, it keeps its first end.

    What is set aside are the lots that a burn would take; they do not expire meanwhile. Raises InsufficientPoints, which
    says what is available, and HoldExpired for a time that is over.
    """
    posting = Posting("hold", programme_id, member_id, points, reference, None, expires_at=expires_at)
    return await post_one(session, tenant_id, posting, now=now)


async def capture(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    points: int | None = None,
    held_as: str,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Spend all, which is None, or a part of the hold whose reference is `held_as`; the rest is free again.

    Raises HoldUnknown, HoldTooSmall, and what became of a hold that is no more open: HoldCaptured, HoldReleased,
    HoldExpired.
    """
    posting = Posting("capture", programme_id, member_id, points, reference, event_at, held_as)
    return await post_one(session, tenant_id, posting, now=now)


async def release(
    session: AsyncSession, *, tenant_id: UUID, programme_id: UUID, member_id: UUID, reference: str, now: datetime
) -> Posted:
    """Let go of the hold of that reference; nothing happens to one that was released or has expired.

    Raises HoldUnknown, HoldCaptured.
    """
    posting = Posting("release", programme_id, member_id, None, reference, None)
    return await post_one(session, tenant_id, posting, now=now)


async def transfer(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    member_id: UUID,
    receiver_id: UUID,
    points: int | None = None,
    reference: str,
    event_at: datetime,
    now: datetime,
) -> Posted:
    """Move points to another member's wallet of the programme, with the times of their lots; a debt there is paid first.

    None moves everything, pending points and a debt as well, and leaves 0; a refund that comes later is owed by the old
    wallet, and is moved by a further transfer. Raises InsufficientPoints, also for an empty wallet, and WalletHeld.
    """
    posting = Posting("transfer", programme_id, member_id, points, reference, event_at, receiver_id=receiver_id)
    return await post_one(session, tenant_id, posting, now=now)


async def adjust(
    session: AsyncSession,
    actor: Actor,
    *,
    programme_id: UUID,
    member_id: UUID,
    points: int,
    reason: str,
    reference: str,
    now: datetime,
) -> Posted:
    """Give points by hand, above 0, as an earn that is not pending, or take them, below 0, as a burn; and audit it.

    The reason stands in the ledger and for as long as it does: it names no person. Raises InsufficientPoints.
    """
    posting = Posting("adjustment", programme_id, member_id, points, reference, None, reason=reason)
    posted = await post_one(session, actor.tenant_id, posting, now=now)
    if not posted.replayed:
        after = {"points": posted.points, "debt": posted.debt, "transfer": str(posted.transfer_id)}
        await record(session, actor, "points.adjust", ("member", member_id), after=after, now=now)
    return posted
