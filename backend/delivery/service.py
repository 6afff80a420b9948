"""Decides where a message goes and in which words, and records what became of it there.

What to send is fixed by the first run: whoever runs again finds those rows and sends only what is still queued.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.delivery.models import Delivery
from backend.kit.ids import new_id
from backend.members.models import Member
from backend.messages.models import Message
from notifications.channel import Accepted, State
from notifications.errors import ChannelError, Misconfigured, TryLater
from notifications.render import render

ATTEMPTS_MAX = 12
"""How often a channel may ask for patience before the delivery is given up."""


async def queued(session: AsyncSession, tenant_id: UUID, message_id: UUID, *, now: datetime) -> Sequence[Delivery]:
    """The message's deliveries that no channel has taken yet, planned now if this is the first run.

    Two runs at once plan the same rows. Raises RenderError when the message does not fit its template.
    """
    planned = await _planned(session, tenant_id, message_id)
    if not planned:
        rows = await _plan(session, tenant_id, message_id, now=now)
        await session.exec(insert(Delivery).on_conflict_do_nothing(), params=rows)
        planned = await _planned(session, tenant_id, message_id)
    return [delivery for delivery in planned if delivery.state == "queued"]


async def record(
    session: AsyncSession, delivery: Delivery, outcome: Accepted | ChannelError, *, now: datetime
) -> State:
    """Write down one attempt and return the state it led to.

    A row that another run has finished meanwhile keeps what that run wrote.
    """
    state = _state_after(outcome, attempts=delivery.attempts + 1)
    if isinstance(outcome, Accepted):
        result = {"provider_id": outcome.provider_id, "error": None, "sent_at": now}
    else:
        result = {"error": f"{outcome.code}: {outcome.reason}"}
    await session.exec(
        update(Delivery)
        .where(
            col(Delivery.tenant_id) == delivery.tenant_id,
            col(Delivery.id) == delivery.id,
            col(Delivery.state) == "queued",
        )
        .values(state=state, attempts=col(Delivery.attempts) + 1, **result)
    )
    return state


async def _planned(session: AsyncSession, tenant_id: UUID, message_id: UUID) -> Sequence[Delivery]:
    """Every delivery of the message, in the order in which they are tried."""
    of_message = select(Delivery).where(Delivery.tenant_id == tenant_id, Delivery.message_id == message_id)
    return (await session.exec(of_message.order_by(col(Delivery.id)))).all()


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
    found = await session.exec(
        select(Message, Member)
        .join(Member, and_(col(Member.tenant_id) == Message.tenant_id, col(Member.id) == Message.member_id))
        .where(Message.tenant_id == tenant_id, Message.id == message_id)
    )
    return found.one()
