"""One event of the ledger and its answer, and the one call that posts them.

A posting shares the session's rollback, a reference has one effect however often it is posted, and a refused posting
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
    HoldCaptured,
    HoldExpired,
    HoldReleased,
    HoldTooSmall,
    HoldUnknown,
    InsufficientPoints,
    LedgerRefusal,
    ReferenceReused,
    ReversalTooLarge,
    TransferUnknown,
    WalletHeld,
)
from backend.ledger.models import REFERENCE_LENGTH_MAX
from backend.passes.service import note_change as note_pass_change
from backend.programmes.models import Programme

Kind = Literal["earn", "burn", "reversal", "restoration", "adjustment", "transfer", "hold", "capture", "release"]

_POST = (
    "select * from public.ledger_post($1, $2::text[], $3::uuid[], $4::uuid[], $5::bigint[], $6::text[], "
    "$7::timestamptz[], $8::text[], $9, $10::uuid[], $11::timestamptz[], $12::text[])"
)
_OF_EVERYTHING = {"capture", "restoration", "transfer", "release"}
_NAMES_ANOTHER = {"reversal", "restoration", "capture"}
_MOVES_NOTHING = {"hold", "release"}
_REFUSALS: dict[str, type[LedgerRefusal]] = {
    refusal.code: refusal
    for refusal in (
        AmountOutOfRange,
        HoldCaptured,
        HoldExpired,
        HoldReleased,
        HoldTooSmall,
        HoldUnknown,
        ReferenceReused,
        ReversalTooLarge,
        TransferUnknown,
        WalletHeld,
    )
}


@dataclass(frozen=True, slots=True)
class Posting:
    """One event to post. `reference` is its name within the tenant; a hold's is that of its release, too.

    `original` is the reference of what a reversal or restoration takes back, or of the hold that is captured. Points are
    above 0, but for an adjustment that takes; None is everything, where that makes sense.
    """

    kind: Kind
    programme_id: UUID
    member_id: UUID
    points: int | None
    reference: str
    event_at: datetime | None
    original: str | None = None
    receiver_id: UUID | None = None
    expires_at: datetime | None = None
    reason: str | None = None

    def __post_init__(self) -> None:
        assert self.points != 0, "nothing to move is nothing to post"
        assert self.points is None or self.points > 0 or self.kind == "adjustment", "only staff take by a sign"
        assert self.points is not None or self.kind in _OF_EVERYTHING, "how much?"
        assert 0 < len(self.reference) <= REFERENCE_LENGTH_MAX, "a reference is a short name"
        assert (self.original is not None) == (self.kind in _NAMES_ANOTHER), "who takes back names what, nobody else"
        assert (self.receiver_id is not None) == (self.kind == "transfer"), "a transfer has two sides"
        assert self.receiver_id != self.member_id, "a transfer has two sides"
        assert (self.expires_at is not None) == (self.kind == "hold"), "a hold ends, and nothing else does"


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting did to the member's points and debt: signed, debt below 0 is owed.

    Their sum is what was earned, or minus what was burned or taken back. `replayed` says that it happened earlier. Of a
    hold and its release, `transfer_id` is the hold's id and `points` is what it is of.
    """

    transfer_id: UUID
    points: int
    debt: int
    replayed: bool


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
        [posting.receiver_id for posting in postings],
        [posting.expires_at for posting in postings],
        [posting.reason for posting in postings],
    )
    by_place = sorted(rows, key=lambda row: row["ordinal"])
    for posting, row in zip(postings, by_place, strict=True):
        if row["outcome"] == "posted" and posting.kind not in _MOVES_NOTHING:
            for member_id in filter(None, (posting.member_id, posting.receiver_id)):
                note_change(session, tenant_id, member_id, row["transfer"], now)
    return [await _answer(session, tenant_id, posting, row) for posting, row in zip(postings, by_place, strict=True)]


async def post_one(session: AsyncSession, tenant_id: UUID, posting: Posting, *, now: datetime) -> Posted:
    """Post one event; a refusal is raised."""
    (answer,) = await post(session, tenant_id, [posting], now=now)
    if isinstance(answer, LedgerRefusal):
        raise answer
    return answer


def note_change(session: AsyncSession, tenant_id: UUID, member_id: UUID, transfer: UUID, now: datetime) -> None:
    """The member's open app looks at the wallet anew; `entry` is the movement as the wallet lists it."""
    data = {"entry": str(transfer)}
    note_pass_change(session, tenant_id=tenant_id, member_id=member_id, now=now)
    note(session, tenant_id=tenant_id, member_id=member_id, kind="points-changed", data=data, now=now)


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
