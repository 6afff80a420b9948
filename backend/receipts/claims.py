"""Who has a receipt: exclusive only once the authority has confirmed it.

A code's checksum proves nothing and its numbers are sequential, so a forger can name a receipt that is not theirs.
While a receipt waits, only the same bytes are taken; other bytes for the same number are a contender, and the first
that the authority confirms wins. A refused receipt takes nothing.

Claiming is the hot path: whatever was submitted meanwhile goes to the database in one call and one commit.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
import msgspec

from backend.kit.hot import HotConnection
from backend.kit.idempotency import Command
from backend.kit.ids import new_id
from backend.kit.jobs import CHANNEL
from receipt_parsers.model import FiscalCode

FETCH = "receipts.fetch"

BATCH_MAX = 256
_TRIES = 3
_ENCODER = msgspec.json.Encoder()


@dataclass(frozen=True, slots=True)
class Submission:
    """What a member submits, with everything that was decided in memory.

    `answer` is what the sender will be told if the receipt is new, kept under the command's key; `version` is that of
    the rules by which `sure` was decided; `presented` is what the receipt's row keeps of codes and coupons.
    """

    tenant_id: UUID
    member_id: UUID
    receipt_id: UUID
    code: FiscalCode
    sure: dict[str, Any]
    with_gtins: bool
    version: int
    pending_max: int
    command: Command | None
    answer: bytes
    presented: Sequence[Mapping[str, str]] = ()

    def concerns(self) -> Sequence[Hashable]:
        """What no other submission of its batch may concern: the member, and the receipt's number."""
        return (self.tenant_id, self.member_id), (self.tenant_id, self.code.authority, self.code.fiscal_id)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a submission; `backend/receipts/sql/020_submit.sql` lists the outcomes.

    The last three are of the standing receipt, and `answer` is the stored one of a replayed command.
    """

    outcome: str
    receipt_id: UUID
    state: str | None
    sure: dict[str, Any] | None
    answer: bytes | None


_CALL = """
    select * from receipt_submit(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25
    )
"""


async def claim(connection: HotConnection, submissions: Sequence[Submission], *, now: datetime) -> list[Verdict]:
    """Claim a batch and queue the questions to its authorities, all in one commit; a verdict each, in order.

    No two submissions may concern the same. Raises DatabaseUnavailable.
    """
    columns = zip(*map(_row, submissions), strict=True)
    rows = await _call(connection, [list(column) for column in columns], now)
    verdicts = [Verdict(row[0], row[1], row[2], row[3] and msgspec.json.decode(row[3]), row[4]) for row in rows]
    if any(verdict.outcome == "new" for verdict in verdicts):
        connection.announce(CHANNEL)
    return verdicts


async def _call(connection: HotConnection, columns: list[list[Any]], now: datetime) -> list[asyncpg.Record]:
    """A key that another kind of command took at the same moment is found by the next try.

    Submissions never wait for each other in a ring; one with whoever locks tables otherwise is broken by the server.
    """
    for _ in range(_TRIES - 1):
        try:
            return await connection.fetch(_CALL, *columns, FETCH, now)
        except (asyncpg.UniqueViolationError, asyncpg.DeadlockDetectedError):
            continue
    return await connection.fetch(_CALL, *columns, FETCH, now)


def _row(item: Submission) -> tuple[Any, ...]:
    code = item.code
    return (
        item.tenant_id,
        item.member_id,
        item.receipt_id,
        new_id(),
        item.version,
        item.pending_max,
        item.command and item.command.key,
        item.command and item.command.input_hash,
        item.answer,
        code.authority,
        code.fiscal_id,
        code.payload,
        sha256(code.payload).digest(),
        code.counter,
        code.kind,
        code.issued_at,
        code.total_minor,
        code.currency,
        code.buyer_kind,
        code.earns,
        item.with_gtins,
        _ENCODER.encode(item.sure).decode(),
        _ENCODER.encode(item.presented).decode() if item.presented else "[]",
    )
