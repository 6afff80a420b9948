"""Writes what a member is to be told, in the transaction that causes it: no effect, no message, and the other way round."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit import jobs
from backend.kit.ids import new_id
from backend.messages.models import Message

DELIVER = "delivery.deliver"
"""The job that takes a message further; its subject is the message."""


async def write(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    member_id: UUID,
    event: str,
    params: Mapping[str, Any],
    reference: str,
    now: datetime,
) -> None:
    """Write the message and its job; a second one with the same reference changes nothing, whatever it says."""
    row = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "member_id": member_id,
        "event": event,
        "params": dict(params),
        "reference": reference,
        "created_at": now,
    }
    written = await session.scalar(
        insert(Message).on_conflict_do_nothing(index_elements=["tenant_id", "reference"]).returning(col(Message.id)),
        row,
    )
    if written is not None:
        await jobs.enqueue(session, DELIVER, tenant_id, written, now=now)
