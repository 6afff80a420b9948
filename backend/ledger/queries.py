"""What a member has and how it came to be.

A wallet without a posting looks like one at zero. The history is ordered by the wallet's own count, never by a clock, so
that a receipt that comes late is a new line at the top and changes no line below it.
"""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import driver
from backend.ledger.lot_models import LedgerLot
from backend.ledger.models import LedgerAccount, LedgerEntry, LedgerTransfer

EXPIRING_WITHIN = timedelta(days=30)
"""What expires this soon is said beside a balance."""

# Lots are only looked at by when they are pending or expire: what was ever posted to a wallet costs nothing here. A hold
# whose time is over holds nothing, although the row will say so only at the wallet's next posting.
_BALANCES = """
    select a.programme_id, a.balance, a.held - lapsed.points as held, coalesce(-d.balance, 0) as debt,
        pending.points as pending, due.points + lapsed.due as expired, soon.points as expiring
    from ledger_account a
    left join ledger_account d
        on d.tenant_id = $1 and d.member_id = $2 and d.programme_id = a.programme_id and d.kind = 'debt'
    cross join lateral (
        select coalesce(sum(h.points), 0)::bigint as points,
            coalesce(sum(h.points) filter (where l.expires_at <= $3), 0)::bigint as due
        from ledger_hold o
        join ledger_hold_lot h on h.tenant_id = $1 and h.hold_id = o.id
        join ledger_lot l on l.tenant_id = $1 and l.account_id = h.account_id and l.seq = h.seq and l.part = h.part
        where o.tenant_id = $1 and o.account_id = a.id and o.state = 'open' and o.expires_at <= clock_timestamp()
    ) lapsed
    cross join lateral (
        select coalesce(sum(l.remaining - l.held), 0)::bigint as points from ledger_lot l
        where l.tenant_id = $1 and l.account_id = a.id and l.remaining > l.held and l.available_from > $3
    ) pending
    cross join lateral (
        select coalesce(sum(l.remaining - l.held), 0)::bigint as points from ledger_lot l
        where l.tenant_id = $1 and l.account_id = a.id and l.remaining > l.held and l.expires_at <= $3
    ) due
    cross join lateral (
        select coalesce(sum(l.remaining - l.held), 0)::bigint as points from ledger_lot l
        where l.tenant_id = $1 and l.account_id = a.id and l.remaining > l.held
            and l.expires_at > $3 and l.expires_at <= $4
    ) soon
    where a.tenant_id = $1 and a.member_id = $2 and a.kind = 'points'
"""


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a member has in one programme, in its smallest units; `debt` is what is owed, above 0.

    `balance` is all points that are there: those that are `held`, those that are still `pending`, and those that have
    `expired` and wait to be taken. Of what is left, `expiring` is what soon will.
    """

    balance: int = 0
    held: int = 0
    debt: int = 0
    pending: int = 0
    expired: int = 0
    expiring: int = 0

    @property
    def available(self) -> int:
        """What can be spent; never below 0, even while a hold and a debt want the same points."""
        return max(self.balance - self.held - self.pending - self.expired - self.debt, 0)


_WALLET = [field.name for field in fields(Wallet)]


class Expiry(NamedTuple):
    """So many points that nobody holds expire then."""

    points: int
    at: datetime


class Cursor(NamedTuple):
    """The place of an entry in a wallet's history: a transfer may have one for `points` and one for `debt`."""

    seq: int
    account: str


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One entry of a wallet and why it is there; `balance_after` is its account's balance since then."""

    place: Cursor
    amount: int
    balance_after: int
    transfer_id: UUID
    kind: str
    reference: str
    event_at: datetime
    posted_at: datetime


async def balances(
    session: AsyncSession,
    tenant_id: UUID,
    member_id: UUID,
    *,
    now: datetime,
    expiring_within: timedelta = EXPIRING_WITHIN,
) -> dict[UUID, Wallet]:
    """The member's wallets by programme; a programme in which nothing was earned is absent."""
    connection = await driver(session)
    rows = await connection.fetch(_BALANCES, tenant_id, member_id, now, now + expiring_within)
    return {row["programme_id"]: Wallet(**{name: row[name] for name in _WALLET}) for row in rows}


async def expiries(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, programme_id: UUID, *, now: datetime, limit: int
) -> list[Expiry]:
    """When the wallet's next lots expire, the nearest first; lots of one moment are one."""
    question = (
        select(col(LedgerLot.expires_at), func.sum(col(LedgerLot.remaining) - col(LedgerLot.held)))
        .join(
            LedgerAccount,
            and_(col(LedgerAccount.tenant_id) == LedgerLot.tenant_id, col(LedgerAccount.id) == LedgerLot.account_id),
        )
        .where(
            LedgerAccount.tenant_id == tenant_id,
            LedgerAccount.programme_id == programme_id,
            LedgerAccount.member_id == member_id,
            col(LedgerLot.remaining) > col(LedgerLot.held),
            col(LedgerLot.expires_at) > now,
        )
        .group_by(col(LedgerLot.expires_at))
        .order_by(col(LedgerLot.expires_at))
        .limit(limit)
    )
    return [Expiry(int(points), at) for at, points in await session.exec(question) if at is not None]


async def entries(
    session: AsyncSession,
    tenant_id: UUID,
    member_id: UUID,
    programme_id: UUID,
    *,
    before: Cursor | None = None,
    limit: int,
) -> list[EntryLine]:
    """A page of the wallet's history, newest first; `before` is the place of the last line of the page before."""
    question = (
        select(LedgerEntry, LedgerAccount.kind, LedgerTransfer)
        .join(
            LedgerAccount,
            and_(
                col(LedgerAccount.tenant_id) == LedgerEntry.tenant_id,
                col(LedgerAccount.id) == LedgerEntry.account_id,
            ),
        )
        .join(
            LedgerTransfer,
            and_(
                col(LedgerTransfer.tenant_id) == LedgerEntry.tenant_id,
                col(LedgerTransfer.id) == LedgerEntry.transfer_id,
            ),
        )
        .where(
            LedgerAccount.tenant_id == tenant_id,
            LedgerAccount.programme_id == programme_id,
            LedgerAccount.member_id == member_id,
        )
        .order_by(col(LedgerEntry.seq).desc(), col(LedgerAccount.kind).desc())
        .limit(limit)
    )
    if before is not None:
        question = question.where(tuple_(col(LedgerEntry.seq), col(LedgerAccount.kind)) < tuple_(*before))
    return [_line(entry, account, transfer) for entry, account, transfer in await session.exec(question)]


def _line(entry: LedgerEntry, account: str, transfer: LedgerTransfer) -> EntryLine:
    assert entry.seq is not None, "only the issuer's entries are not counted"
    assert entry.balance_after is not None, "only the issuer's entries have no running balance"
    return EntryLine(
        place=Cursor(entry.seq, account),
        amount=entry.amount,
        balance_after=entry.balance_after,
        transfer_id=transfer.id,
        kind=transfer.kind,
        reference=transfer.reference,
        event_at=transfer.event_at,
        posted_at=transfer.posted_at,
    )
