"""Numbers follow commits: whoever has read up to one has missed nothing."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from backend.events import service
from backend.events.queries import Place, events_after, kept
from backend.events.service import note
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.members.models import Member
from tests.backend.events.conftest import NOW, Join, tell


async def read(database: Database, member: Member, after: int = 0, each_max: int = 1000) -> list[tuple[int, str]]:
    async with database.transaction(None) as session:
        (events,) = await events_after(session, [Place(member.tenant_id, member.id, after)], each_max=each_max)
    return [(event.seq, event.data["receipt"]) for event in events]


async def test_events_are_numbered_in_the_order_of_their_notes(database: Database, member: Member) -> None:
    await tell(database, member, "a", "b")
    await tell(database, member, "c")
    assert await read(database, member) == [(1, "a"), (2, "b"), (3, "c")]
    assert await read(database, member, after=1, each_max=1) == [(2, "b")]


async def test_a_cause_that_is_rolled_back_leaves_neither_event_nor_gap(database: Database, member: Member) -> None:
    async def fail() -> None:
        async with database.transaction(member.tenant_id) as session:
            note(session, tenant_id=member.tenant_id, member_id=member.id, kind="points-changed", data={}, now=NOW)
            raise ZeroDivisionError

    await tell(database, member, "a")
    with pytest.raises(ZeroDivisionError):
        await fail()
    await tell(database, member, "b")
    assert await read(database, member) == [(1, "a"), (2, "b")]


async def test_a_later_number_is_never_seen_before_an_earlier_one(database: Database, member: Member) -> None:
    """One that has its number and is slow to commit holds up those after it, so a reader cannot step over it."""
    async with database.transaction(member.tenant_id) as slow:
        first = [service._Note(member.id, "receipt-settled", {"receipt": "slow"}, NOW)]
        slow.info["events_tenant"] = member.tenant_id
        await service._append(slow, first)
        quick = asyncio.create_task(tell(database, member, "quick"))
        async with database.transaction(None) as watcher:
            connection = await watcher.connection()
            while not (await connection.execute(text("select 1 from pg_locks where not granted"))).all():
                assert not quick.done(), "the quick one overtook"
        assert await read(database, member) == []
    await quick
    assert await read(database, member) == [(1, "slow"), (2, "quick")]


async def test_a_reader_beside_many_writers_sees_every_event_once_and_in_order(
    database: Database, member: Member
) -> None:
    sent = [[f"{writer}.{turn}" for turn in range(20)] for writer in range(8)]

    async def write(receipts: list[str]) -> None:
        for receipt in receipts:
            await tell(database, member, receipt)

    writing = asyncio.gather(*map(write, sent))
    seen: list[tuple[int, str]] = []
    while len(seen) < 160:
        done = writing.done()
        seen += await read(database, member, after=seen[-1][0] if seen else 0, each_max=7)
        assert not done or len(seen) == 160 or await read(database, member, after=seen[-1][0])
    await writing
    assert all(later[0] == earlier[0] + 1 for earlier, later in pairwise(seen))
    assert sorted(receipt for _, receipt in seen) == sorted(receipt for part in sent for receipt in part)


async def test_transactions_about_the_same_members_in_any_order_do_not_block_each_other(
    database: Database, join: Join
) -> None:
    one = await join()
    other = Member(
        tenant_id=one.tenant_id, id=new_id(), name="Iva", language="sr-Latn", phone_hash=b"other", created_at=NOW
    )
    async with database.transaction(one.tenant_id) as session:
        session.add(other)

    async def both(first: Member, second: Member) -> None:
        async with database.transaction(one.tenant_id) as session:
            for member in (first, second):
                data = {"receipt": "x"}
                note(session, tenant_id=one.tenant_id, member_id=member.id, kind="receipt-settled", data=data, now=NOW)

    await asyncio.gather(*(both(*pair) for _ in range(20) for pair in ((one, other), (other, one))))
    assert [seq for seq, _ in await read(database, other)] == list(range(1, 41))


async def test_another_tenant_sees_no_event_and_nobody_changes_one(database: Database, member: Member) -> None:
    await tell(database, member, "a")
    async with database.transaction(new_id()) as session:
        connection = await session.connection()
        for table in ("member_event", "member_event_head"):
            assert (await connection.execute(text(f"select * from {table}"))).all() == []  # noqa: S608 (our tables)
    for change in ("update member_event set kind = 'x'", "delete from member_event"):
        with pytest.raises(DBAPIError, match="permission denied"):
            async with database.transaction(member.tenant_id) as session:
                await (await session.connection()).execute(text(change))


async def test_pruning_keeps_what_is_young_and_gives_no_number_twice(database: Database, member: Member) -> None:
    await tell(database, member, "a", "b")
    async with database.transaction(None) as session:
        prune = text("select member_events_prune(:than, 100000)")
        await (await session.connection()).execute(prune, {"than": NOW})
    assert len(await read(database, member)) == 2
    async with database.transaction(None) as session:
        await (await session.connection()).execute(prune, {"than": NOW + timedelta(seconds=1)})
    async with database.transaction(member.tenant_id) as session:
        left = await kept(session, member.tenant_id, member.id)
    assert (left.first, left.last) == (3, 2)
    await tell(database, member, "c")
    assert await read(database, member) == [(3, "c")]
