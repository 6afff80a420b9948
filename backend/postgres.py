"""Which PostgreSQL the product runs on: the server that `DATABASE_URL` names, or the embedded one.

The application's connections always step down to its own role (`backend.kit.db`), whoever logs in.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import asyncpg
from sqlalchemy.exc import DBAPIError

from backend.kit.db import APPLICATION_ROLE, connect
from backend.kit.embedded import EmbeddedServerError, kept_up, running_server
from backend.kit.errors import ErrorKind, ParagonError
from backend.migrations import runner
from backend.settings import Settings

OLDEST_VERSION, NEWEST_VERSION = 15, 18
_UNREADABLE = "the address cannot be read; write one such as postgresql://login:password@host:5432/database"


class DatabaseRefused(ParagonError):
    """The server, its version or the application's role is not what the product may run on."""

    code: ClassVar[str] = "database-refused"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "The database cannot be used: {reason}"


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The application's login and the one that migrates."""

    app: str
    owner: str
    embedded: bool


@contextlib.contextmanager
def database_urls(settings: Settings, *, keep_up: bool = False) -> Iterator[DatabaseUrls]:
    """The addresses; the embedded server runs at least as long as the block. Raises DatabaseRefused.

    With `keep_up` a thread brings the embedded server back if it is killed, so ask for it only after a fork.
    """
    if settings.database_url is not None:
        app = settings.database_url.get_secret_value()
        owner = settings.owner_url.get_secret_value() if settings.owner_url else app
        yield DatabaseUrls(app, owner, embedded=False)
        return
    with contextlib.ExitStack() as stack:
        try:
            server = stack.enter_context(running_server(settings.data_dir))
        except EmbeddedServerError as error:
            raise DatabaseRefused(reason=str(error)) from error
        if keep_up:
            stack.enter_context(kept_up(server, settings.data_dir))
        yield DatabaseUrls(server.app_url, server.owner_url, embedded=True)


async def make_ready(urls: DatabaseUrls) -> None:
    """Bring the embedded database up to date by itself; of any other, refuse one that is not.

    Raises DatabaseRefused or DatabaseNotReady.
    """
    await check_server(urls.owner)
    if urls.embedded:
        await upgrade(urls.owner)
    elif found := await findings(urls.owner):
        raise runner.DatabaseNotReady(findings="; ".join(found))
    await check_role(urls.app)


async def upgrade(owner_url: str) -> None:
    """Bring the database up to date. Raises DatabaseRefused for a login that may not."""
    with _as_owner():
        await runner.upgrade(owner_url)


async def findings(owner_url: str) -> list[str]:
    """What differs between the database and the code. Raises DatabaseRefused for a login that may not look."""
    with _as_owner():
        return await runner.findings(owner_url)


@contextlib.contextmanager
def _as_owner() -> Iterator[None]:
    try:
        yield
    except (asyncpg.InsufficientPrivilegeError, DBAPIError) as error:
        told = error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error
        if not isinstance(told, asyncpg.InsufficientPrivilegeError):
            raise
        raise DatabaseRefused(
            reason=f"its login lacks a right ({told}); give the one that owns the tables as PARAGON_OWNER_URL"
        ) from error


async def check_server(owner_url: str) -> int:
    """The server's major version. Raises DatabaseRefused for one that cannot be reached or is not supported."""
    try:
        connection = await connect(owner_url, role=None)
    except ValueError as error:
        raise DatabaseRefused(reason=_UNREADABLE) from error
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise DatabaseRefused(reason=f"it does not answer ({type(error).__name__})") from error
    version = connection.get_server_version().major
    await connection.close()
    if not OLDEST_VERSION <= version <= NEWEST_VERSION:
        raise DatabaseRefused(reason=f"PostgreSQL {version} is not supported, {OLDEST_VERSION} to {NEWEST_VERSION} are")
    return int(version)


async def check_role(app_url: str) -> None:
    """Refuse a role that row-level security would not hold. Raises DatabaseRefused."""
    try:
        connection = await connect(app_url)
    except ValueError as error:
        raise DatabaseRefused(reason=_UNREADABLE) from error
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        raise DatabaseRefused(reason=f"its login cannot act as {APPLICATION_ROLE}") from error
    try:
        unbound = await connection.fetchval(
            "select rolsuper or rolbypassrls or exists (select from pg_class "
            "where relowner = r.oid and relnamespace = 'public'::regnamespace) "
            "from pg_roles r where rolname = current_user"
        )
    finally:
        await connection.close()
    if unbound:
        raise DatabaseRefused(reason=f"{APPLICATION_ROLE} is a superuser, an owner, or bypasses row-level security")
