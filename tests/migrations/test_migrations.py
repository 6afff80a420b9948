"""Migrations go up, down and up again to the same shape, and a difference from the code is found and named."""

import asyncio
import os
import subprocess
import sys

import asyncpg
import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory

from backend.migrations.runner import downgrade, findings, upgrade
from tests.architecture.test_sources import ROOT

_LEFT = """
    select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'S', 'v', 'm')
    union all
    select proname::text from pg_proc where pronamespace = 'public'::regnamespace
"""


def revisions() -> list[str]:
    """From the newest to the oldest."""
    config = Config()
    config.set_main_option("script_location", str(ROOT / "backend" / "migrations"))
    return [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]


async def change(url: str, *statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def left(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(_LEFT)}
    finally:
        await connection.close()


async def test_every_migration_goes_down_and_up_again_to_the_shape_of_the_code(empty_url: str) -> None:
    await upgrade(empty_url)
    assert await findings(empty_url) == []
    for earlier in [*revisions()[1:], "base"]:
        await downgrade(empty_url, revision=earlier)
        (found,) = await findings(empty_url)
        assert found.startswith(f"its tables are at {'nothing' if earlier == 'base' else earlier}")
        await upgrade(empty_url)
        assert await findings(empty_url) == []


async def test_going_down_to_the_beginning_leaves_nothing_behind(empty_url: str) -> None:
    await upgrade(empty_url)
    await downgrade(empty_url, revision="base")
    assert await left(empty_url) == {"alembic_version"}


async def test_several_at_once_and_again_migrate_once(empty_url: str) -> None:
    await asyncio.gather(*(upgrade(empty_url) for _ in range(4)))
    await upgrade(empty_url)
    assert await findings(empty_url) == []


async def test_an_empty_database_is_not_what_the_code_expects(empty_url: str) -> None:
    (found,) = await findings(empty_url)
    assert found == f"its tables are at nothing, the code wants {revisions()[0]}"


@pytest.mark.parametrize(
    "statement",
    [
        "alter table member add column nickname text",
        "alter table receipt drop column payload cascade",
        "drop index uq_receipt_confirmed",
        "alter table programme alter column points_decimals type bigint",
        "create table left_over (id integer)",
    ],
)
async def test_a_table_changed_by_hand_is_found(migrated_url: str, statement: str) -> None:
    await change(migrated_url, statement)
    found = await findings(migrated_url)
    assert found
    assert all(sentence.startswith("its tables differ from the code: ") for sentence in found)


@pytest.mark.parametrize(
    "statement",
    [
        "create or replace function ledger_amount_fits(amount bigint) returns boolean return true",
        "drop policy tenant_wall on member",
        "alter policy tenant_wall on member using (true)",
        "alter table member disable row level security",
        "grant delete on message to paragon_app",
        "drop trigger ledger_entry_stays on ledger_entry",
        "alter function ledger_balance_fits(bigint) owner to current_user",
    ],
)
async def test_a_function_a_policy_or_a_grant_changed_by_hand_is_found_and_put_right(
    migrated_url: str, statement: str
) -> None:
    await change(migrated_url, statement)
    assert await findings(migrated_url) == ["its functions, policies or grants were changed by hand"]
    await upgrade(migrated_url)
    assert await findings(migrated_url) == []


async def test_functions_of_another_version_are_found(migrated_url: str) -> None:
    await change(migrated_url, "update installed_sql set files = 'other'")
    assert await findings(migrated_url) == ["its functions, policies and grants are of another version"]


async def test_the_command_says_what_differs_and_fails(migrated_url: str) -> None:
    assert check(migrated_url) == (0, "The database is right.\n")
    await change(migrated_url, "drop policy tenant_wall on member")
    status, said = check(migrated_url)
    assert status == 1
    assert said == (
        "The database is not what the code expects: its functions, policies or grants were changed by hand.\n"
    )


def check(url: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "backend.cli", "db", "check"]
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(command, env=environment, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout
