"""A command sent twice under one key happens once, and its sender gets the answer of the first time.

The key, a hash of the input and the answer are one row of the effect's own transaction. Two at once: the second waits
for the first on the row, then reads its answer. A refused command leaves no row, so it may be tried again.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import ClassVar
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.tables import Created

KEY_LENGTH_MAX = 128


class IdempotencyKeyReused(ParagonError):
    """The key was used for another input."""

    code: ClassVar[str] = "idempotency-key-reused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This Idempotency-Key was already used for another request."


@dataclass(frozen=True, slots=True)
class Command:
    """The sender's key, and the bytes of the input that it stands for."""

    key: str
    content: bytes

    @property
    def input_hash(self) -> bytes:
        """By which the same input is known again."""
        return sha256(self.content).digest()


class IdempotencyRow(Created, table=True):
    """One command of one owner; the answer is null only inside the transaction that computes it."""

    __tablename__ = "idempotency"

    tenant_id: UUID = Field(primary_key=True)
    owner_id: UUID = Field(primary_key=True)
    key: str = Field(primary_key=True, max_length=KEY_LENGTH_MAX)
    input_hash: bytes
    answer: bytes | None = None


async def stored_answer(
    session: AsyncSession, tenant_id: UUID, owner_id: UUID, command: Command, *, now: datetime
) -> bytes | None:
    """The answer of an earlier run, or None, in which case this transaction now owns the key.

    Waits while another transaction runs the same command. Raises IdempotencyKeyReused for another input.
    """
    digest = command.input_hash
    identity = {"tenant_id": tenant_id, "owner_id": owner_id, "key": command.key}
    taken = await session.exec(
        insert(IdempotencyRow).on_conflict_do_nothing().returning(col(IdempotencyRow.key)),
        params={**identity, "input_hash": digest, "created_at": now},
    )
    if taken.first() is not None:
        return None
    row = (await session.exec(select(IdempotencyRow).filter_by(**identity))).one()
    if row.input_hash != digest:
        raise IdempotencyKeyReused
    return row.answer


async def store_answer(session: AsyncSession, tenant_id: UUID, owner_id: UUID, command: Command, answer: bytes) -> None:
    """Keep the answer, byte for byte, with the key that this transaction owns."""
    await session.exec(
        update(IdempotencyRow)
        .where(
            col(IdempotencyRow.tenant_id) == tenant_id,
            col(IdempotencyRow.owner_id) == owner_id,
            col(IdempotencyRow.key) == command.key,
        )
        .values(answer=answer)
    )
