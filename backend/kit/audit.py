"""The audit trail of a tenant: who did what to which row, what stood there before and after, in a chain of hashes.

Rows are only ever added: the application's role may do nothing else and a trigger refuses even the owner. Each row's
hash covers its content and the hash before it, so that a changed, missing or moved row is named by `verify`. What is
kept holds ids and codes and no person's data.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, text
from sqlmodel import Field, SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.tables import Document, Timestamp

_GENESIS = bytes(32)


class AuditRow(SQLModel, table=True):
    """One action; `actor_id` is null for the command line, whose user the operating system knows.

    It is null as well for what members do about their own things, which then say `by: member`.
    """

    __tablename__ = "audit"

    tenant_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    at: datetime = Field(sa_type=Timestamp)
    actor_id: UUID | None
    action: str
    subject_kind: str
    subject_id: UUID
    before: dict[str, Any] = Field(sa_type=Document)
    after: dict[str, Any] = Field(sa_type=Document)
    hash: bytes


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts in which tenant."""

    tenant_id: UUID
    account_id: UUID | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What checking a chain found: so many rows in order, the last one's hash, and the first fault if there is one."""

    rows: int
    head: str
    fault: str | None


async def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject: tuple[str, UUID],
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    now: datetime,
) -> None:
    """Add what was done to the tenant's chain, in the transaction that does it.

    Those who add to one chain wait for each other until their transactions end.
    """
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"audit:{actor.tenant_id}"}
    )
    last = await _last(session, actor.tenant_id)
    row = AuditRow(
        tenant_id=actor.tenant_id,
        seq=last.seq + 1 if last else 1,
        at=now,
        actor_id=actor.account_id,
        action=action,
        subject_kind=subject[0],
        subject_id=subject[1],
        before=dict(before or {}),
        after=dict(after or {}),
        hash=b"",
    )
    row.hash = _seal(last.hash if last else _GENESIS, row)
    session.add(row)
    await session.flush()  # the next row of this transaction reads it as the last


async def page(session: AsyncSession, tenant_id: UUID, *, before: int | None, limit: int) -> list[AuditRow]:
    """The newest rows, or those before that number."""
    query = select(AuditRow).where(AuditRow.tenant_id == tenant_id)
    if before is not None:
        query = query.where(col(AuditRow.seq) < before)
    return list(await session.exec(query.order_by(col(AuditRow.seq).desc()).limit(limit)))


async def verify(session: AsyncSession, tenant_id: UUID, *, known: Mapping[int, str] | None = None) -> Verdict:
    """Walk the chain from its beginning. `known` are heads that were noted elsewhere, by number.

    Without one, only rows cut off at the end go unnoticed.
    """
    noted = dict(known or {})
    previous, count = _GENESIS, 0
    rows = await session.stream_scalars(
        select(AuditRow)
        .where(AuditRow.tenant_id == tenant_id)
        .order_by(col(AuditRow.seq))
        .execution_options(yield_per=500)
    )
    async for row in rows:
        count += 1
        if row.seq != count:
            return Verdict(count - 1, previous.hex(), f"row {count} is missing")
        if row.hash != _seal(previous, row):
            return Verdict(count - 1, previous.hex(), f"row {count} is not what was written")
        previous = row.hash
        if noted.pop(count, row.hash.hex()) != row.hash.hex():
            return Verdict(count - 1, previous.hex(), f"row {count} is not the one that was noted")
    fault = f"row {min(noted)} is missing" if noted else None
    return Verdict(count, previous.hex(), fault)


async def _last(session: AsyncSession, tenant_id: UUID) -> AuditRow | None:
    return next(iter(await page(session, tenant_id, before=None, limit=1)), None)


def _seal(previous: bytes, row: AuditRow) -> bytes:
    content = {
        "tenant": str(row.tenant_id),
        "seq": row.seq,
        "at": row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": str(row.actor_id) if row.actor_id else None,
        "action": row.action,
        "subject": [row.subject_kind, str(row.subject_id)],
        "before": row.before,
        "after": row.after,
    }
    return sha256(previous + json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).digest()
