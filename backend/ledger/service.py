"""Moves points: every verb is one call of the ledger's SQL function on the session's own connection.

So a posting shares the session's rollback, a reference has one effect however often it is posted, and a refused posting
leaves nothing behind. The wallets of a call are locked in ascending account id until the transaction ends; a
transaction that posts for several wallets does so in one call of `post`, else two of them can block each other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from asyncpg import Record
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.events.service import note
from backend.kit.db import driver
from backend.kit.money import format_units
from backend.ledger.errors import (
    AmountOutOfRange,
    InsufficientPoints,
    LedgerRefusal,
    ReferenceReused,
    ReversalTooLarge,
    TransferUnknown,
)
from backend.ledger.models import REFERENCE_LENGTH_MAX
from backend.passes.service import note_change
from backend.programmes.models import Programme

_POST = (
    "select * from public.ledger_post($1, $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], "
    "$7::timestamptz[], $8::text[], $9)"
)
_REFUSALS: dict[str, type[LedgerRefusal]] = {
    refusal.code: refusal for refusal in (AmountOutOfRange, ReferenceReused, ReversalTooLarge, TransferUnknown)
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One event to post. `reference` is its name within the tenant, `original` the reference of the earn it reverses."""

    kind: Literal["earn", "burn", "reversal"]
    programme_id: UUID
    member_id: UUID
    points: int
    reference: str
    event_at: datetime
    original: str | None = None

    def __post_init__(self) -> None:
        assert self.points > 0, "nothing to move is nothing to post"
        assert 0 < len(self.reference) <= REFERENCE_LENGTH_MAX, "a reference is a short name"
        assert (self.original is not None) == (self.kind == "reversal"), "a reversal, and nothing else, names an earn"


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting did to the member's points and debt: signed, debt below 0 is owed.

    Their sum is what was earned, or minus what was burned or taken back. `replayed` says that it happened earlier.
    """

    transfer_id: UUID
    points: int
    debt: int
    replayed: bool


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
    """Give points, at least 1; a debt is paid first. Twice with the same input is once; locks the member's wallet.

    Raises ReferenceReused for a reference that was posted with another input, AmountOutOfRange.
    """
    posting = Posting("earn", programme_id, member_id, points, reference, event_at)
    return await _post_one(session, tenant_id, posting, now)


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
    """Spend points that are neither held nor owed. Twice with the same input is once; locks the member's wallet.

    Raises InsufficientPoints, which says what is available, ReferenceReused, AmountOutOfRange.
    """
    posting = Posting("burn", programme_id, member_id, points, reference, event_at)
    return await _post_one(session, tenant_id, posting, now)


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

    Points already spent or held become debt. Twice with the same input is once; locks the member's wallet. Raises
    TransferUnknown, ReversalTooLarge when less of the earn is left, ReferenceReused, AmountOutOfRange.
    """
    posting = Posting("reversal", programme_id, member_id, points, reference, event_at, original)
    return await _post_one(session, tenant_id, posting, now)


async def post(
    session: AsyncSession, tenant_id: UUID, postings: Sequence[Posting], *, now: datetime
) -> list[Posted | LedgerRefusal]:
    """Post a batch in one round trip; the answers stand in the places of the postings, refusals among them.

    A batch is a set, posted in the order of its references; a reference that it holds twice has one effect. A refused
    posting does not hinder its neighbours.
    """
    # The function sees what is in the database, not a member whom this session still holds back.
    await session.flush()
    connection = await driver(session)
    rows = await connection.fetch(
        _POST,
        tenant_id,
        [posting.kind for posting in postings],
        [posting.programme_id for posting in postings],
        [posting.member_id for posting in postings],
        [posting.points for posting in postings],
        [posting.reference for posting in postings],
        [posting.event_at for posting in postings],
        [posting.original for posting in postings],
        now,
    )
    by_place = sorted(rows, key=lambda row: row["ordinal"])
    for posting, row in zip(postings, by_place, strict=True):
        if row["outcome"] == "posted":
            _note_change(session, tenant_id, posting.member_id, row["transfer"], now)
    return [await _answer(session, tenant_id, posting, row) for posting, row in zip(postings, by_place, strict=True)]


def _note_change(session: AsyncSession, tenant_id: UUID, member_id: UUID, transfer: UUID, now: datetime) -> None:
    """The member's open app looks at the wallet anew, and so do their passes; `entry` is the movement as listed."""
    data = {"entry": str(transfer)}
    note(session, tenant_id=tenant_id, member_id=member_id, kind="points-changed", data=data, now=now)
    note_change(session, tenant_id=tenant_id, member_id=member_id, now=now)


async def _post_one(session: AsyncSession, tenant_id: UUID, posting: Posting, now: datetime) -> Posted:
    (answer,) = await post(session, tenant_id, [posting], now=now)
    if isinstance(answer, LedgerRefusal):
        raise answer
    return answer


async def _answer(session: AsyncSession, tenant_id: UUID, posting: Posting, row: Record) -> Posted | LedgerRefusal:
    outcome = row["outcome"]
    if outcome in {"posted", "replayed"}:
        return Posted(row["transfer"], row["points"], row["debt"], replayed=outcome == "replayed")
    if outcome == InsufficientPoints.code:
        return InsufficientPoints(
            available=format_units(row["available"], await _decimals(session, tenant_id, posting.programme_id))
        )
    return _REFUSALS[outcome]()


async def _decimals(session: AsyncSession, tenant_id: UUID, programme_id: UUID) -> int:
    found = await session.exec(
        select(Programme.points_decimals).where(Programme.tenant_id == tenant_id, Programme.id == programme_id)
    )
    return found.one()
