"""Runs migrations, reinstalls the SQL files, and compares a database with the code."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import ClassVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from backend.kit.db import connect
from backend.kit.errors import ErrorKind, ParagonError
from backend.migrations.tables import METADATA

_BACKEND = Path(__file__).parents[1]
_ADVISORY_LOCK = 7_305_402
_TABLE = """
    create table if not exists installed_sql (
        one boolean primary key default true check (one),
        files text not null,
        fingerprint text not null
    )
"""
_DROP_ROUTINES = """
    do $$
    declare
        routine regprocedure;
    begin
        for routine in select oid from pg_proc where pronamespace = 'public'::regnamespace loop
            execute format('drop routine %s cascade', routine);
        end loop;
        drop table if exists installed_sql;
    end
    $$
"""
_FINGERPRINT = """
    select string_agg(thing, E'\\n' order by thing) from (
        select pg_get_functiondef(p.oid) || ' owner ' || p.proowner::regrole || coalesce(p.proacl::text, '')
        from pg_proc p where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
        union all
        select format('%s %s %s %s %s', tablename, policyname, roles, qual, with_check)
        from pg_policies where schemaname = 'public'
        union all
        select format('%s %s %s', c.relname, c.relrowsecurity, c.relacl)
        from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
        union all
        select pg_get_triggerdef(t.oid) from pg_trigger t where not t.tgisinternal
    ) as things(thing)
"""


class DatabaseNotReady(ParagonError):
    """The database's shape is not what this code expects."""

    code: ClassVar[str] = "database-not-ready"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "The database needs attention: {findings}. Run `paragon db upgrade`."


async def upgrade(owner_url: str, *, revision: str = "head") -> None:
    """Migrate to the revision and reinstall the SQL files, in one place at a time and twice without harm.

    What is installed already is left alone: installing locks every table, and a process that starts beside others
    must not make them wait.
    """
    async with _owner(owner_url) as connection:
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": _ADVISORY_LOCK})
        await connection.commit()
        await connection.run_sync(lambda sync: command.upgrade(_config(sync), revision))
        found = await _sql_findings(connection)
        # What Alembic began, or the question, is still open, and the files would go with it.
        await connection.commit()
        if found:
            await _install(connection)


async def downgrade(owner_url: str, *, revision: str) -> None:
    """Step back to a revision. Functions go first, since they may name what goes; the older code installs its own."""
    async with _owner(owner_url) as connection:
        await connection.execute(text(_DROP_ROUTINES))
        await connection.run_sync(lambda sync: command.downgrade(_config(sync), revision))
        await connection.commit()


async def findings(owner_url: str) -> list[str]:
    """What differs between the database and the code, as sentences; empty when nothing does."""
    async with _owner(owner_url) as connection:
        found = await connection.run_sync(_shape_findings)
        return found or await _sql_findings(connection)


async def revise(owner_url: str, message: str) -> str:
    """Write a revision from the difference between the tables in code and in the database; where it was written."""
    async with _owner(owner_url) as connection:
        script = await connection.run_sync(
            lambda sync: command.revision(_config(sync), message=message, autogenerate=True)
        )
    assert isinstance(script, Script), "one message makes one revision"
    return script.path


def _owner(url: str) -> AsyncConnection:
    """A connection of its own as the login itself: migrations do not step down."""
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: connect(url, role=None), poolclass=NullPool
    )
    return engine.connect()


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_BACKEND / "migrations"))
    config.set_main_option("file_template", "%%(year)d_%%(month).2d_%%(day).2d_%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _sql_files() -> Iterator[Path]:
    """The kit's files first, because every slice's files use them."""
    yield from sorted((_BACKEND / "kit" / "sql").glob("*.sql"))
    yield from (path for path in sorted(_BACKEND.glob("*/sql/*.sql")) if path.parts[-3] != "kit")


def _files_hash() -> str:
    return sha256(b"\0".join(path.read_bytes() for path in _sql_files())).hexdigest()


async def _install(connection: AsyncConnection) -> None:
    raw = (await connection.get_raw_connection()).driver_connection
    assert raw is not None, "a fresh connection has its driver"
    async with raw.transaction():
        await raw.execute("set local lock_timeout = '4s'")
        for path in _sql_files():
            await raw.execute(path.read_text())
        await raw.execute(_TABLE)
        await raw.execute("revoke all on installed_sql from public")
        fingerprint = sha256((await raw.fetchval(_FINGERPRINT)).encode()).hexdigest()
        await raw.execute(
            "insert into installed_sql (files, fingerprint) values ($1, $2) "
            "on conflict (one) do update set files = excluded.files, fingerprint = excluded.fingerprint",
            _files_hash(),
            fingerprint,
        )


def _shape_findings(connection: Connection) -> list[str]:
    head = ScriptDirectory.from_config(_config(connection)).get_current_head()
    context = MigrationContext.configure(
        connection,
        opts={"include_name": lambda name, kind, _: kind != "table" or name != "installed_sql"},
    )
    current = context.get_current_revision()
    if current != head:
        return [f"its tables are at {current or 'nothing'}, the code wants {head}"]
    return [f"its tables differ from the code: {difference}" for difference in compare_metadata(context, METADATA)]


async def _sql_findings(connection: AsyncConnection) -> list[str]:
    if (await connection.execute(text("select to_regclass('public.installed_sql')"))).scalar_one() is None:
        return ["its functions, policies and grants are missing"]
    row = (await connection.execute(text("select files, fingerprint from installed_sql"))).first()
    if row is None or row.files != _files_hash():
        return ["its functions, policies and grants are of another version"]
    present = (await connection.execute(text(_FINGERPRINT))).scalar_one()
    if sha256(present.encode()).hexdigest() != row.fingerprint:
        return ["its functions, policies or grants were changed by hand"]
    return []
