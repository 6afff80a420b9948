"""What was done stays written: nobody changes the trail, and who does it past every guard is found."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import asyncpg
import pytest

from backend.kit.audit import Actor, Verdict, record, verify
from backend.kit.db import Database
from backend.kit.ids import new_id

NOW = datetime(2026, 11, 22, 20, 5, 7, 123456, tzinfo=UTC)
Actors = tuple[Actor, Actor]


@pytest.fixture
def actors() -> Actors:
    """Somebody in each of two tenants."""
    return Actor(new_id(), new_id()), Actor(new_id(), None)


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def written(database: Database, actor: Actor, count: int) -> None:
    for number in range(count):
        async with database.transaction(actor.tenant_id) as session:
            before, after = {"state": "Ćirilo", "n": number}, {"state": None, "list": ["a", True]}
            await record(session, actor, "thing.done", ("thing", new_id()), before=before, after=after, now=NOW)


async def verdict(database: Database, actor: Actor, known: dict[int, str] | None = None) -> Verdict:
    async with database.transaction(actor.tenant_id) as session:
        return await verify(session, actor.tenant_id, known=known)


async def tampered(owner: asyncpg.Connection, statement: str, *values: object) -> None:
    """What the database's owner could do by switching the guard off."""
    async with owner.transaction():
        await owner.execute("alter table audit disable trigger audit_stays")
        await owner.execute(statement, *values)
        await owner.execute("alter table audit enable trigger audit_stays")


async def test_a_chain_is_complete_and_each_tenant_has_its_own(database: Database, actors: Actors) -> None:
    for actor, count in zip(actors, (3, 1), strict=True):
        await written(database, actor, count)
    found = [await verdict(database, actor) for actor in actors]
    assert [(one.rows, one.fault) for one in found] == [(3, None), (1, None)]
    assert found[0].head != found[1].head
    nobody = await verdict(database, Actor(new_id(), None))
    assert (nobody.rows, nobody.head, nobody.fault) == (0, "00" * 32, None)


@pytest.mark.parametrize(
    "change",
    [
        "action = 'thing.undone'",
        "subject_id = gen_random_uuid()",
        "subject_kind = 'other'",
        "actor_id = null",
        "at = at + interval '1 microsecond'",
        "before = before || '{\"n\": 9}'",
        "after = '{}'",
        "hash = decode(repeat('00', 32), 'hex')",
    ],
)
async def test_a_changed_row_is_named(
    database: Database, actors: Actors, owner: asyncpg.Connection, change: str
) -> None:
    actor = actors[0]
    await written(database, actor, 4)
    await tampered(owner, f"update audit set {change} where tenant_id = $1 and seq = 2", actor.tenant_id)  # noqa: S608
    assert (await verdict(database, actor)).fault == "row 2 is not what was written"


async def test_a_missing_row_and_swapped_rows_are_named(
    database: Database, actors: Actors, owner: asyncpg.Connection
) -> None:
    one, other = actors
    for actor in actors:
        await written(database, actor, 4)
    await tampered(owner, "delete from audit where tenant_id = $1 and seq = 3", one.tenant_id)
    assert (await verdict(database, one)).fault == "row 3 is missing"
    swap = "update audit set seq = case seq when 2 then -3 when 3 then -2 end where tenant_id = $1 and seq in (2, 3)"
    await tampered(owner, swap, other.tenant_id)
    await tampered(owner, "update audit set seq = -seq where tenant_id = $1 and seq < 0", other.tenant_id)
    assert (await verdict(database, other)).fault == "row 2 is not what was written"


async def test_rows_cut_off_at_the_end_show_by_a_head_noted_elsewhere(
    database: Database, actors: Actors, owner: asyncpg.Connection
) -> None:
    actor = actors[0]
    await written(database, actor, 3)
    head = (await verdict(database, actor)).head
    assert (await verdict(database, actor, {3: head})).fault is None
    assert (await verdict(database, actor, {3: "ab" * 32})).fault == "row 3 is not the one that was noted"
    await tampered(owner, "delete from audit where tenant_id = $1 and seq = 3", actor.tenant_id)
    assert (await verdict(database, actor)).fault is None
    assert (await verdict(database, actor, {3: head})).fault == "row 3 is missing"


@pytest.mark.parametrize("statement", ["update audit set at = at", "delete from audit where false", "truncate audit"])
async def test_neither_the_application_nor_the_owner_changes_a_row(
    owner: asyncpg.Connection, app_url: str, statement: str
) -> None:
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="what was done stays written"):
        await owner.execute(statement)
    connection = await asyncpg.connect(app_url)
    try:
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute(statement)
    finally:
        await connection.close()


async def test_those_who_write_at_once_make_one_chain(database: Database, actors: Actors) -> None:
    actor = actors[0]
    await asyncio.gather(*(written(database, actor, 2) for _ in range(6)))
    found = await verdict(database, actor)
    assert (found.rows, found.fault) == (12, None)


async def test_an_action_that_is_undone_leaves_no_row(database: Database, actors: Actors) -> None:
    actor = actors[0]

    async def undone() -> None:
        async with database.transaction(actor.tenant_id) as session:
            await record(session, actor, "thing.done", ("thing", new_id()), now=NOW)
            raise LookupError

    with pytest.raises(LookupError):
        await undone()
    assert (await verdict(database, actor)).rows == 0
