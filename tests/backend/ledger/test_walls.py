"""Nobody writes the ledger past its function, and nobody reads another tenant's."""

from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.kit.db import Database, driver
from backend.kit.ids import new_id

Shop = Any
OpenShop = Any

TABLES = ("ledger_account", "ledger_transfer", "ledger_entry", "ledger_lot")


async def rows_seen(database: Database, tenant_id: UUID | None) -> list[int]:
    async with database.transaction(tenant_id) as session:
        connection = await driver(session)
        return [await connection.fetchval(f"select count(*) from {table}") for table in TABLES]  # noqa: S608 (ours)


@pytest.mark.parametrize(
    "statement",
    [
        "insert into ledger_account select * from ledger_account",
        "insert into ledger_transfer select * from ledger_transfer",
        "insert into ledger_entry select * from ledger_entry",
        "update ledger_account set balance = balance + 1",
        "update ledger_transfer set kind = 'burn'",
        "update ledger_entry set amount = 1",
        "delete from ledger_account",
        "delete from ledger_transfer",
        "delete from ledger_entry",
        "truncate ledger_entry",
        *(
            statement.format(table)
            for table in (
                "ledger_lot",
                "ledger_lot_use",
                "ledger_hold",
                "ledger_hold_lot",
                "ledger_seal",
                "ledger_sealed",
            )
            for statement in (
                "insert into {0} select * from {0}",
                "update {0} set tenant_id = tenant_id",
                "delete from {0}",
            )
        ),
        "select ledger_open(gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'r')",
        "select ledger_record(null, null, null, null, null, null, null, null)",
        "select ledger_enter(null, null, null, null, null, null, null, null, null)",
        "select ledger_lot_change(null, null, null, null, null, null)",
    ],
)
async def test_the_application_reads_and_posts_and_does_nothing_else(shop: Shop, statement: str) -> None:
    await shop.earn(0, 100, "receipt:1")
    before = await shop.trace()
    async with shop.database.engine.connect() as connection:
        raw = (await connection.get_raw_connection()).driver_connection
        await raw.execute(f"set app.tenant = '{shop.tenant_id}'")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await raw.execute(statement)
        await raw.execute("reset app.tenant")
    assert await shop.trace() == before


@pytest.mark.parametrize(
    "table",
    ["ledger_transfer", "ledger_entry", "ledger_lot_use", "ledger_hold_lot", "ledger_seal", "ledger_sealed"],
)
@pytest.mark.parametrize(
    "statement",
    [
        "update {} set tenant_id = tenant_id",
        "update {} set tenant_id = tenant_id where false",
        "delete from {}",
        "delete from {} where false",
        "truncate {} cascade",
    ],
)
async def test_l2_not_even_the_owner_changes_what_was_posted(shop: Shop, statement: str, table: str) -> None:
    await shop.earn(0, 100, "receipt:1")
    before = await shop.posted()
    with pytest.raises(asyncpg.IntegrityConstraintViolationError, match="correct it with a new transfer"):
        await shop.auditor.execute(statement.format(table))
    assert await shop.posted() == before


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("points", "balance = -1"),
        ("points", "held = balance + 1"),
        ("points", "held = -1"),
        ("points", "balance = null"),
        ("debt", "balance = 1"),
        ("debt", "held = 1"),
        ("issuer", "balance = 0"),
        ("issuer", "held = 1"),
    ],
)
async def test_l4_a_check_holds_balances_and_holds_whoever_writes(shop: Shop, kind: str, change: str) -> None:
    await shop.earn(0, 100, "receipt:1")
    await shop.burn(0, 50, "reward:1")
    await shop.take_back(0, 100, "undo:1", original="receipt:1")
    await shop.earn(0, 80, "receipt:2")
    with pytest.raises(asyncpg.CheckViolationError):
        await shop.auditor.execute(
            f"update ledger_account set {change} where tenant_id = $1 and kind = $2",  # noqa: S608 (ours)
            shop.tenant_id,
            kind,
        )


async def test_a_tenant_sees_its_own_rows_and_nobody_sees_them_from_outside(open_shop: OpenShop) -> None:
    ours, theirs = await open_shop(), await open_shop()
    await ours.earn(0, 100, "receipt:1")
    await theirs.earn(0, 100, "receipt:1")
    await theirs.earn(0, 100, "receipt:2")
    assert await rows_seen(ours.database, ours.tenant_id) == [2, 1, 2, 1]
    assert await rows_seen(ours.database, theirs.tenant_id) == [2, 2, 4, 2]
    assert await rows_seen(ours.database, new_id()) == [0, 0, 0, 0]
    assert await rows_seen(ours.database, None) == [0, 0, 0, 0]


async def test_a_connection_that_never_set_a_tenant_sees_nothing(shop: Shop, app_url: str) -> None:
    await shop.earn(0, 100, "receipt:1")
    connection = await asyncpg.connect(app_url)
    try:
        assert await connection.fetchval("select current_setting('app.tenant', true)") is None
        assert await connection.fetch("select * from ledger_entry") == []
    finally:
        await connection.close()


async def test_a_reference_is_a_name_within_its_tenant(open_shop: OpenShop) -> None:
    ours, theirs = await open_shop(), await open_shop()
    assert not (await ours.earn(0, 100, "receipt:1")).replayed
    assert not (await theirs.earn(0, 7, "receipt:1")).replayed
    assert (await ours.wallet(0)).balance == 100


async def test_a_member_of_another_tenant_has_no_account_here(open_shop: OpenShop) -> None:
    ours, theirs = await open_shop(), await open_shop()
    ours.members = theirs.members
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await ours.earn(0, 100, "receipt:1")
    assert not any(await ours.trace())


async def test_every_function_of_the_ledger_belongs_to_its_role_and_few_are_callable(shop: Shop) -> None:
    functions = await shop.auditor.fetch(
        "select proname, proowner::regrole::text as owner, prosecdef, proconfig, "
        "has_function_privilege('paragon_app', oid, 'execute') as callable "
        "from pg_proc where proname like 'ledger\\_%' and prorettype <> 'trigger'::regtype"
    )
    assert {row["owner"] for row in functions} == {"paragon_definer"}
    callable_ones = {row["proname"]: row for row in functions if row["callable"]}
    assert set(callable_ones) == {
        "ledger_post",
        "ledger_lapse",
        "ledger_expire",
        "ledger_warn",
        "ledger_seal_next",
        "ledger_seal_fault",
        "ledger_unsealed",
    }
    assert all(row["prosecdef"] for row in callable_ones.values())
    assert {row["proconfig"][0] for row in callable_ones.values()} == {"search_path=pg_catalog, pg_temp"}
