"""Writes what a member is to be told, in the transaction that causes it: no effect, no message, and the other way round."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit import jobs
from backend.kit.db import driver
from backend.kit.ids import new_id

DELIVER = "delivery.deliver"
"""The job that takes a message further; its subject is the message."""

_WRITE = """
    insert into message (tenant_id, id, member_id, event, params, reference, created_at)
    values ($1, $2, $3, $4, $5, $6, $7) on conflict (tenant_id, reference) do nothing returning id
"""


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
    connection = await driver(session)
    written = await connection.fetchval(
        _WRITE, tenant_id, new_id(), member_id, event, json.dumps(dict(params)), reference, now
    )
    if written is not None:
        await jobs.enqueue(session, DELIVER, tenant_id, written, now=now)
