"""Tenant first: every tenant-owned table of the migrated database has the tenant in front of its keys, behind the wall."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from backend.migrations.tables import METADATA
from tests.fixtures.tables import OUTSIDE_THE_WALL, READ_BY_ALL, walled_tables

_KEYS = """
    select c.relname as table, i.relname as index, a.attname as first
    from pg_index x
    join pg_class c on c.oid = x.indrelid
    join pg_class i on i.oid = x.indexrelid
    join pg_attribute a on a.attrelid = c.oid and a.attnum = x.indkey[0]
    where c.relnamespace = 'public'::regnamespace and x.indisunique
"""
_FOREIGN_KEYS = """
    select c.conname as name, r.relname as table, t.relname as target, a.attname as first, b.attname as first_there
    from pg_constraint c
    join pg_class r on r.oid = c.conrelid
    join pg_class t on t.oid = c.confrelid
    join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]
    join pg_attribute b on b.attrelid = c.confrelid and b.attnum = c.confkey[1]
    where c.contype = 'f' and c.connamespace = 'public'::regnamespace
"""
_WALL = "(tenant_id = (NULLIF(current_setting('app.tenant'::text, true), ''::text))::uuid)"


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


async def test_the_tables_outside_the_wall_are_those_that_are_named(owner: asyncpg.Connection) -> None:
    walled = await walled_tables(owner)
    with_tenant = await owner.fetch(
        "select table_name from information_schema.columns where table_schema = 'public' and column_name = 'tenant_id'"
    )
    assert len(walled) > 15
    assert set(walled) <= {row["table_name"] for row in with_tenant}
    assert set(walled) | OUTSIDE_THE_WALL == set(METADATA.tables) | {"installed_sql", "alembic_version"}


async def test_the_tenant_comes_first_in_every_unique_key(owner: asyncpg.Connection) -> None:
    keys = [row for row in await owner.fetch(_KEYS) if row["table"] not in OUTSIDE_THE_WALL]
    assert {row["table"] for row in keys} == set(await walled_tables(owner))
    assert [row["index"] for row in keys if row["first"] != "tenant_id"] == []


async def test_every_walled_table_has_the_tenant_in_its_primary_key(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select conrelid::regclass::text as table, conkey[1] as first from pg_constraint "
        "where contype = 'p' and connamespace = 'public'::regnamespace"
    )
    assert set(await walled_tables(owner)) <= {row["table"] for row in rows}


async def test_the_tenant_comes_first_on_both_sides_of_every_foreign_key(owner: asyncpg.Connection) -> None:
    links = await owner.fetch(_FOREIGN_KEYS)
    assert len(links) > 5
    assert [row["name"] for row in links if (row["first"], row["first_there"]) != ("tenant_id", "tenant_id")] == []


async def test_every_walled_table_has_its_policy_and_no_way_around_it(owner: asyncpg.Connection) -> None:
    secured = await owner.fetch(
        "select relname from pg_class where relnamespace = 'public'::regnamespace and relrowsecurity"
    )
    walled = await walled_tables(owner)
    assert sorted(row["relname"] for row in secured if row["relname"] not in READ_BY_ALL) == walled
    policies = await owner.fetch("select * from pg_policies where schemaname = 'public'")
    walls = [row for row in policies if "paragon_app" in row["roles"] and row["tablename"] not in READ_BY_ALL]
    assert sorted(row["tablename"] for row in walls) == walled
    assert {(row["policyname"], row["cmd"], row["qual"]) for row in walls} == {("tenant_wall", "ALL", _WALL)}
    assert {tuple(row["roles"]) for row in policies} <= {("paragon_app",), ("paragon_definer",)}


async def test_how_one_enters_is_read_by_all_and_changed_from_inside_alone(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select * from pg_policies where tablename = any($1) and 'paragon_app' = any(roles)", sorted(READ_BY_ALL)
    )
    assert {(row["tablename"], row["cmd"], row["qual"], row["with_check"]) for row in rows} == {
        ("tenant", "SELECT", "true", None),
        ("tenant", "INSERT", None, "true"),
        ("tenant", "UPDATE", _WALL.replace("tenant_id", "id", 1), None),
        ("host_name", "SELECT", "true", None),
        ("host_name", "INSERT", None, _WALL),
        ("host_name", "DELETE", _WALL, None),
        ("card_issuer", "SELECT", "true", None),
        ("card_issuer", "INSERT", None, _WALL),
    }
    granted = await owner.fetch(
        "select table_name, privilege_type from information_schema.role_table_grants "
        "where grantee = 'paragon_app' and table_name = any($1)",
        sorted(READ_BY_ALL),
    )
    assert {(row["table_name"], row["privilege_type"]) for row in granted} == {
        ("tenant", "SELECT"),
        ("tenant", "INSERT"),
        ("host_name", "SELECT"),
        ("host_name", "INSERT"),
        ("host_name", "DELETE"),
        ("card_issuer", "SELECT"),
        ("card_issuer", "INSERT"),
    }


async def test_nobody_but_the_owner_has_rights_on_what_migrations_keep(owner: asyncpg.Connection) -> None:
    for table in ("installed_sql", "alembic_version"):
        granted = await owner.fetchval("select has_table_privilege('paragon_app', $1, 'select')", table)
        assert granted is False, table


async def test_functions_with_their_owners_rights_look_nowhere_but_where_they_say(owner: asyncpg.Connection) -> None:
    rows = await owner.fetch(
        "select proname, proowner::regrole::text as owner, coalesce(proconfig, '{}') as config from pg_proc "
        "where pronamespace = 'public'::regnamespace and prosecdef"
    )
    assert [row["proname"] for row in rows if row["owner"] != "paragon_definer"] == []
    assert rows
    fixed = [any(setting.startswith("search_path=") for setting in row["config"]) for row in rows]
    assert all(fixed)
