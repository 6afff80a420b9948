"""Notes what a member's open app is to be told, in the transaction that causes it.

Notes are written last, right before the commit, and members' heads are locked in one order: nothing else is waited for
under those locks, so they join no deadlock.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import announce, at_commit, driver

CHANNEL = "paragon_events"

Kind = Literal["receipt-confirmed", "receipt-settled", "receipt-refused", "points-changed"]

_APPEND = "select public.member_events_append($1, $2::uuid[], $3::text[], $4::jsonb[], $5::timestamptz[])"


@dataclass(frozen=True, slots=True)
class _Note:
    member_id: UUID
    kind: Kind
    data: Mapping[str, str]
    now: datetime


def note(
    session: AsyncSession, *, tenant_id: UUID, member_id: UUID, kind: Kind, data: Mapping[str, str], now: datetime
) -> None:
    """Add an event to the member's; it is written if this transaction commits, in the order of the notes."""
    session.info["events_tenant"] = tenant_id
    at_commit(session, _append).append(_Note(member_id, kind, data, now))


async def _append(session: AsyncSession, notes: list[_Note]) -> None:
    await session.flush()  # a head points to its member, whom the session may still hold back
    connection = await driver(session)
    await connection.execute(
        _APPEND,
        session.info["events_tenant"],
        [one.member_id for one in notes],
        [one.kind for one in notes],
        [json.dumps(dict(one.data)) for one in notes],
        [one.now for one in notes],
    )
    announce(session, CHANNEL)
