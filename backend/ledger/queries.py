"""What a member has and how it came to be.

A wallet without a posting looks like one at zero. The history is ordered by the wallet's own count, never by a clock, so
that a receipt that comes late is a new line at the top and changes no line below it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.ledger.models import LedgerAccount, LedgerEntry, LedgerTransfer


@dataclass(frozen=True, slots=True)
class Wallet:
    """What a member has in one programme, in its smallest units; `debt` is what is owed, above 0."""

    balance: int = 0
    held: int = 0
    debt: int = 0

    @property
    def available(self) -> int:
        """What can be spent; never below 0, even while a hold and a debt want the same points."""
        return max(self.balance - self.held - self.debt, 0)


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


async def wallet(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> dict[UUID, Wallet]:
    """The member's wallets by programme; a programme in which nothing was earned is absent."""
    found = await session.exec(
        select(LedgerAccount).where(LedgerAccount.tenant_id == tenant_id, LedgerAccount.member_id == member_id)
    )
    accounts = {(account.programme_id, account.kind): account for account in found}
    return {
        programme_id: Wallet(
            balance=points.balance or 0,
            held=points.held,
            debt=-(debt.balance or 0) if (debt := accounts.get((programme_id, "debt"))) else 0,
        )
        for (programme_id, kind), points in accounts.items()
        if kind == "points"
    }


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
