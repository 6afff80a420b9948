"""A message exists exactly when its cause does, once."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.kit.jobs import JobRow
from backend.members.models import Member
from backend.messages import service
from backend.messages.models import Message

PARAMS = {"total_minor": 123_450, "currency": "RSD"}


async def write(session: AsyncSession, member: Member, now: datetime, **changes: Any) -> None:
    fields = {"event": "receipt-waiting", "params": PARAMS, "reference": "receipt:1:waiting"} | changes
    await service.write(session, tenant_id=member.tenant_id, member_id=member.id, now=now, **fields)


async def written(database: Database, member: Member) -> list[Message]:
    async with database.transaction(member.tenant_id) as session:
        return list(await session.exec(select(Message)))


async def jobs(database: Database) -> list[JobRow]:
    async with database.transaction(None) as session:
        return list(await session.exec(select(JobRow)))


async def test_a_message_brings_its_job(database: Database, member: Member, now: datetime) -> None:
    async with database.transaction(member.tenant_id) as session:
        await write(session, member, now)
    (message,) = await written(database, member)
    assert (message.member_id, message.event, message.params) == (member.id, "receipt-waiting", PARAMS)
    assert message.created_at == now
    (job,) = await jobs(database)
    assert (job.kind, job.tenant_id, job.subject) == ("delivery.deliver", member.tenant_id, message.id)


async def test_a_cause_that_is_rolled_back_leaves_no_message(database: Database, member: Member, now: datetime) -> None:
    async def cause() -> None:
        async with database.transaction(member.tenant_id) as session:
            await write(session, member, now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await cause()
    assert await written(database, member) == []
    assert await jobs(database) == []


async def test_one_cause_gives_one_message(database: Database, member: Member, now: datetime) -> None:
    async with database.transaction(member.tenant_id) as session:
        await write(session, member, now)
    async with database.transaction(None) as session:
        await session.exec(delete(JobRow))
    async with database.transaction(member.tenant_id) as session:
        await write(session, member, now, event="receipt-refused")
        await write(session, member, now, reference="receipt:2:waiting")
    assert [message.event for message in await written(database, member)] == ["receipt-waiting", "receipt-waiting"]
    assert len(await jobs(database)) == 1, "a message that was there already is not delivered anew"


async def test_another_tenant_sees_nothing_and_may_use_the_same_reference(
    database: Database, member: Member, now: datetime
) -> None:
    async with database.transaction(member.tenant_id) as session:
        await write(session, member, now)
    async with database.transaction(new_id()) as session:
        assert (await session.exec(select(Message))).all() == []
    async with database.transaction(None) as session:
        assert (await session.exec(select(Message))).all() == []


async def test_what_was_said_cannot_be_changed(database: Database, member: Member, now: datetime) -> None:
    async with database.transaction(member.tenant_id) as session:
        await write(session, member, now)
    for change in (update(Message).values(event="other"), delete(Message)):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(member.tenant_id) as session:
                await session.exec(change)
