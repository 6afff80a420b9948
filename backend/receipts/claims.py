"""Who has a receipt: exclusive only once the authority has confirmed it.

A code's checksum proves nothing and its numbers are sequential, so a forger can name a receipt that is not theirs.
While a receipt waits, only the same bytes are taken; other bytes for the same number are a contender, and the first
that the authority confirms wins. A refused receipt takes nothing.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.ids import new_id
from backend.kit.jobs import enqueue
from backend.members.queries import lock_member
from backend.receipts.errors import ReceiptAlreadyClaimed, TooManyReceipts
from backend.receipts.models import Receipt
from backend.receipts.queries import pending_count
from receipt_parsers.model import FiscalCode

FETCH = "receipts.fetch"
TAKEN_STATES = ("confirmed", "settled")

_FULL_RETRY_AFTER_S = 60


async def standing_claim(session: AsyncSession, tenant_id: UUID, member_id: UUID, code: FiscalCode) -> Receipt | None:
    """The member's own submission of these bytes, if it stands.

    Locks the member, so that two submissions of theirs come one after the other. Raises ReceiptAlreadyClaimed when
    another member has these bytes waiting, or has the number confirmed.
    """
    await lock_member(session, tenant_id, member_id)
    found = await session.exec(
        select(Receipt).where(
            Receipt.tenant_id == tenant_id,
            Receipt.authority == code.authority,
            Receipt.fiscal_id == code.fiscal_id,
            col(Receipt.state) != "refused",
        )
    )
    digest = _digest(code)
    rivals = [row for row in found if row.state in TAKEN_STATES or row.payload_sha256 == digest]
    own = [row for row in rivals if row.member_id == member_id]
    if rivals and not own:
        raise ReceiptAlreadyClaimed
    return own[0] if own else None


async def claim(
    session: AsyncSession,
    tenant_id: UUID,
    member_id: UUID,
    code: FiscalCode,
    *,
    sure: dict[str, Any],
    with_gtins: bool,
    pending_max: int,
    now: datetime,
) -> Receipt:
    """A new pending receipt and the job that will ask its authority; the caller has looked for a standing claim.

    Raises TooManyReceipts, or ReceiptAlreadyClaimed when another member's submission of the same bytes came first.
    """
    if await pending_count(session, tenant_id, member_id) >= pending_max:
        raise TooManyReceipts(retry_after_s=_FULL_RETRY_AFTER_S)
    receipt = Receipt(
        tenant_id=tenant_id,
        id=new_id(),
        member_id=member_id,
        authority=code.authority,
        fiscal_id=code.fiscal_id,
        payload=code.payload,
        payload_sha256=_digest(code),
        counter=code.counter,
        kind=code.kind,
        issued_at=code.issued_at,
        total_minor=code.total_minor,
        currency=code.currency,
        buyer_kind=code.buyer_kind,
        earns=code.earns,
        with_gtins=with_gtins,
        sure=sure,
        created_at=now,
    )
    taken = await session.exec(
        insert(Receipt).on_conflict_do_nothing().returning(col(Receipt.id)), params=receipt.model_dump()
    )
    if taken.first() is None:
        raise ReceiptAlreadyClaimed
    await enqueue(session, FETCH, tenant_id, receipt.id, now=now)
    return receipt


def _digest(code: FiscalCode) -> bytes:
    return sha256(code.payload).digest()
