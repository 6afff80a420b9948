"""Gives cards out as passes, and notes that what they show has changed.

A change is noted in the transaction that makes it, on the rows of that member's passes alone. It carries an id of its own, which is the job's subject: of several changes the last one's job tells them all, and none is lost to a job that had
already looked.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import at_commit, driver
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue
from backend.passes.cards import DigitalCard, digest_of
from backend.passes.models import WalletPass

UPDATE = "passes.update"

# Not `for update`: that would make a device wait which registers for the pass meanwhile.
_NOTE = """
    update wallet_pass set change_id = $3
    where tenant_id = $1 and id = any(array(
        select id from wallet_pass where tenant_id = $1 and member_id = any($2) order by id for no key update
    ))
    returning id
"""


@dataclass(frozen=True, slots=True)
class _Change:
    tenant_id: UUID
    member_id: UUID
    now: datetime


async def issue(
    session: AsyncSession, tenant_id: UUID, card: DigitalCard, *, to_google: bool = False, now: datetime
) -> WalletPass:
    """The card's pass, made if this is the first time; once Google was offered it, Google hears of its changes."""
    row = {
        "tenant_id": tenant_id,
        "id": card.serial,
        "member_id": card.member_id,
        "shown": digest_of(card),
        "in_google": to_google,
        "updated_at": now.replace(microsecond=0),
        "created_at": now,
    }
    statement = insert(WalletPass)
    known = or_(col(WalletPass.in_google), statement.excluded["in_google"])
    await session.exec(
        statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_={"in_google": known}), params=row
    )
    given = await issued(session, tenant_id, card.serial)
    assert given is not None, "a pass is never taken out of the table"
    return given


async def issued(session: AsyncSession, tenant_id: UUID, serial: UUID) -> WalletPass | None:
    """The pass of that serial, if it was given out."""
    found = await session.exec(select(WalletPass).where(WalletPass.tenant_id == tenant_id, WalletPass.id == serial))
    return found.one_or_none()


def note_change(session: AsyncSession, *, tenant_id: UUID, member_id: UUID, now: datetime) -> None:
    """Have the member's passes renewed if this transaction commits; without a pass it costs one statement."""
    at_commit(session, _note_changes).append(_Change(tenant_id, member_id, now))


async def _note_changes(session: AsyncSession, changes: list[_Change]) -> None:
    await session.flush()
    tenant_id, change_id = changes[0].tenant_id, new_id()
    connection = await driver(session)
    members = list({change.member_id for change in changes})
    if await connection.fetch(_NOTE, tenant_id, members, change_id):
        await enqueue(session, UPDATE, tenant_id, change_id, now=changes[-1].now)
