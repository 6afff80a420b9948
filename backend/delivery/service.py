"""Decides where a message goes and in which words, and records what became of it there.

What to send is fixed by the first run: whoever runs again finds those rows and sends only what is still queued.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.delivery.models import Delivery
from backend.kit.db import driver
from backend.kit.ids import new_id
from backend.members.models import Member
from backend.messages.models import Message
from notifications.channel import Accepted, State
from notifications.errors import ChannelError, Misconfigured, TryLater
from notifications.render import render

ATTEMPTS_MAX = 12
"""How often a channel may ask for patience before the delivery is given up."""

_WRITE = insert(Delivery).on_conflict_do_nothing()
_PLANNED = (
    select(Delivery)
    .where(Delivery.tenant_id == bindparam("tenant"), Delivery.message_id == bindparam("message"))
    .order_by(col(Delivery.id))
)
_MESSAGE = (
    select(Message, Member)
    .join(Member, and_(col(Member.tenant_id) == Message.tenant_id, col(Member.id) == Message.member_id))
    .where(Message.tenant_id == bindparam("tenant"), Message.id == bindparam("message"))
)
_RECORD = """
    update delivery set
        state = $3, attempts = attempts + 1, error = $4, provider_id = coalesce($5, provider_id),
        sent_at = coalesce($6, sent_at)
    where tenant_id = $1 and id = $2 and state = 'queued'
"""


async def queued(session: AsyncSession, tenant_id: UUID, message_id: UUID, *, now: datetime) -> Sequence[Delivery]:
    """The message's deliveries that no channel has taken yet, planned now if this is the first run.

    Two runs at once plan the same rows. Raises RenderError when the message does not fit its template.
    """
    planned = await _planned(session, tenant_id, message_id)
    if not planned:
        rows = await _plan(session, tenant_id, message_id, now=now)
        written = await (await session.connection()).execute(_WRITE, rows)
        is_first = written.rowcount == len(rows)
        planned = [Delivery(**row) for row in rows] if is_first else await _planned(session, tenant_id, message_id)
    return [delivery for delivery in planned if delivery.state == "queued"]


async def record(
    session: AsyncSession, delivery: Delivery, outcome: Accepted | ChannelError, *, now: datetime
) -> State:
    """Write down one attempt and return the state it led to.

    A row that another run has finished meanwhile keeps what that run wrote.
    """
    state = _state_after(outcome, attempts=delivery.attempts + 1)
    error, provider_id, sent_at = None, None, None
    if isinstance(outcome, Accepted):
        provider_id, sent_at = outcome.provider_id, now
    else:
        error = f"{outcome.code}: {outcome.reason}"
    connection = await driver(session)
    await connection.execute(_RECORD, delivery.tenant_id, delivery.id, state, error, provider_id, sent_at)
    return state


async def _planned(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> Sequence[Delivery]:
    """Every delivery of the message, in the order in which they are tried."""
    return (await session.exec(_PLANNED, params={"tenant": tenant_id, "message": message_id})).all()


def _state_after(outcome: Accepted | ChannelError, *, attempts: int) -> State:
    match outcome:
        case Accepted():
            return "accepted"
        case Misconfigured():
            return "queued"
        case TryLater() if attempts < ATTEMPTS_MAX:
            return "queued"
        case _:
            return "failed"


async def _plan(session: AsyncSession, tenant_id: UUID, message_id: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """One row for each address of the message's member, in the member's language."""
    message, member = await _message_and_member(session, tenant_id, message_id)
    rendered = render(message.event, member.language, message.params)
    return [
        {
            "tenant_id": tenant_id,
            "id": new_id(),
            "message_id": message_id,
            "channel": "console",
            "address": f"member:{member.id}",
            "state": "queued",
            "language": member.language,
            "title": rendered.title,
            "body": rendered.body,
            "attempts": 0,
            "created_at": now,
        }
    ]


async def _message_and_member(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> tuple[Message, Member]:
    return (await session.exec(_MESSAGE, params={"tenant": tenant_id, "message": message_id})).one()
