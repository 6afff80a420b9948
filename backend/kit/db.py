"""One transaction for a request or a job, opened and committed here and nowhere else.

Inside a transaction the tenant is set for row-level security; the setting ends with the transaction, so that a pooled
connection carries nothing over. What was written for others to notice is announced after the commit, never before.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import asyncpg
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import QueuePool
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.errors import ErrorKind, ParagonError

T = TypeVar("T")

APPLICATION_ROLE = "paragon_app"

_CONNECT_TIMEOUT_S = 5
_POOL_TIMEOUT_S = 5
_STATEMENT_TIMEOUT_MS = "30000"
_ENTER = text("select set_config('app.tenant', :tenant, true)")
_AT_COMMIT = "at_commit"
_CHANNELS = "channels"


class DatabaseUnavailable(ParagonError):
    """The server cannot be reached, is starting, read-only, or has no connection left."""

    code: ClassVar[str] = "database-unavailable"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "Paragon is catching its breath. Please try again in a moment."


async def connect(url: str, *, role: str | None = APPLICATION_ROLE) -> asyncpg.Connection:
    """One connection of the driver; it steps down to the application's role unless told otherwise.

    The role is part of the connection's start, so `reset role` does not bring the login's own rights back.
    """
    settings = {"application_name": "paragon", "statement_timeout": _STATEMENT_TIMEOUT_MS}
    if role is not None:
        settings["role"] = role
    return await asyncpg.connect(dsn=url, timeout=_CONNECT_TIMEOUT_S, server_settings=settings)


class Database:
    """A pool of connections under the application's role."""

    def __init__(self, url: str, *, connections_max: int, announce: Callable[[str], None] = lambda _: None) -> None:
        self._announce = announce
        self.connections_max = connections_max
        self.engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: connect(url),
            pool_size=connections_max,
            max_overflow=0,
            pool_timeout=_POOL_TIMEOUT_S,
            pool_use_lifo=True,  # those used last have their statements prepared and planned
            hide_parameters=True,  # an error's text goes to the log, and parameters may be personal
        )

    @asynccontextmanager
    async def transaction(self, tenant: UUID | None) -> AsyncIterator[AsyncSession]:
        """A session that commits when the block ends and rolls back when it raises.

        `tenant` is what row-level security lets it see; None sees only tables outside the wall. Raises
        DatabaseUnavailable when the server cannot serve.
        """
        try:
            async with await self._begun(tenant) as session:
                yield session
                for write, things in session.info.get(_AT_COMMIT, {}).items():
                    await write(session, things)
                await session.commit()
                channels = session.info.get(_CHANNELS, ())
        except Exception as error:
            if is_unavailable(error):
                raise DatabaseUnavailable(retry_after_s=1) from error
            raise
        for channel in channels:
            self._announce(channel)

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """The rows of a statement of the driver that is a transaction of its own, outside the wall of tenants.

        For what is asked very often: the session and its transaction would cost several times the statement. Raises
        DatabaseUnavailable.
        """
        try:
            async with self.engine.connect() as connection:
                raw: Any = (await connection.get_raw_connection()).driver_connection
                try:
                    return list(await raw.fetch(statement, *values))
                except BaseException as error:
                    if not isinstance(error, Exception) or is_unavailable(error):
                        await connection.invalidate()  # broken, or cut in the middle of an answer
                    raise
        except Exception as error:
            if is_unavailable(error):
                raise DatabaseUnavailable(retry_after_s=1) from error
            raise

    async def _begun(self, tenant: UUID | None) -> AsyncSession:
        """A session whose transaction stands.

        Nobody asks a connection whether it still lives: its first statement does, and when it does not, the pool has
        forgotten all that are older, so that the second try has a fresh one.
        """
        try:
            return await self._begin(tenant)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return await self._begin(tenant)

    async def _begin(self, tenant: UUID | None) -> AsyncSession:
        session = AsyncSession(self.engine, expire_on_commit=False)
        try:
            await (await session.connection()).execute(_ENTER, {"tenant": str(tenant) if tenant else ""})
        except BaseException:
            await session.close()
            raise
        return session

    @property
    def connections_used(self) -> int:
        """How many of the pool's connections are at work."""
        pool = self.engine.pool
        assert isinstance(pool, QueuePool), "the pool has a size"
        return pool.checkedout()

    async def close(self) -> None:
        """Give every connection back to the server."""
        await self.engine.dispose()


def at_commit(session: AsyncSession, write: Callable[[AsyncSession, list[T]], Awaitable[None]]) -> list[T]:
    """What `write` will be called with, once, right before the commit: add to it, but never inside a savepoint.

    For rows that everyone who touches a thing must lock: they are locked last and for the shortest time.
    """
    things: list[T] = session.info.setdefault(_AT_COMMIT, {}).setdefault(write, [])
    return things


def announce(session: AsyncSession, channel: str) -> None:
    """Wake whoever listens to the channel once this transaction is committed."""
    session.info.setdefault(_CHANNELS, set()).add(channel)


def is_unavailable(error: Exception) -> bool:
    """Whether the error is the server's condition, which passes, and not a mistake in what we asked."""
    if isinstance(error, PoolTimeout | InterfaceError | OperationalError | OSError):
        return True
    original: Any = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
    return isinstance(
        original,
        asyncpg.PostgresConnectionError
        | asyncpg.CannotConnectNowError
        | asyncpg.TooManyConnectionsError
        | asyncpg.AdminShutdownError
        | asyncpg.CrashShutdownError
        | asyncpg.ReadOnlySQLTransactionError
        | asyncpg.DiskFullError
        | asyncpg.InternalServerError  # a dying server's last word to a statement,
        | asyncpg.InternalClientError,  # or a word that was cut in the middle
    )


async def driver(session: AsyncSession) -> asyncpg.Connection:
    """The session's own driver connection: what runs on it shares the session's transaction and rollback."""
    connection = await session.connection()
    raw = await connection.get_raw_connection()
    return raw.driver_connection
