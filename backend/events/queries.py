"""Questions about members' events; the answers are complete up to the newest number they show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.events.models import MemberEvent, MemberEventHead
from backend.kit.db import driver

_AFTER = "select * from public.member_events_after($1::uuid[], $2::uuid[], $3::bigint[], $4)"


@dataclass(frozen=True, slots=True)
class Kept:
    """The numbers of a member's kept events: `first` to `last`; `first` is one more than `last` when none is kept."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Place:
    """How far somebody has read a member's events."""

    tenant_id: UUID
    member_id: UUID
    after: int


@dataclass(frozen=True, slots=True)
class Event:
    """One event as it is told; `data` holds ids and codes."""

    seq: int
    kind: str
    data: dict[str, Any]
    created_at: datetime


async def kept(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> Kept:
    """Which of the member's events can still be read."""
    of_member = (col(MemberEventHead.tenant_id) == tenant_id, col(MemberEventHead.member_id) == member_id)
    last = (await session.exec(select(MemberEventHead.last_seq).where(*of_member))).one_or_none() or 0
    found = await session.exec(
        select(func.min(MemberEvent.seq)).where(
            col(MemberEvent.tenant_id) == tenant_id, col(MemberEvent.member_id) == member_id
        )
    )
    first = found.one()
    return Kept(first if first is not None else last + 1, last)


async def events_after(session: AsyncSession, places: Sequence[Place], *, each_max: int) -> list[list[Event]]:
    """For each place the events after it, oldest first and `each_max` at most: one round trip for all of them."""
    connection = await driver(session)
    rows = await connection.fetch(
        _AFTER,
        [place.tenant_id for place in places],
        [place.member_id for place in places],
        [place.after for place in places],
        each_max,
    )
    answers: list[list[Event]] = [[] for _ in places]
    for row in rows:
        event = Event(row["seq"], row["kind"], row["data"], row["created_at"])
        answers[row["place"] - 1].append(event)
    return answers
