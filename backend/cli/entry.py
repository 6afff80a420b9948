"""How commands enter the database: ready, as the application's role, inside a tenant that is named by its slug."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from backend.cli.output import run

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from backend.kit.db import Database
    from backend.programmes.models import Tenant

T = TypeVar("T")


def with_database(work: "Callable[[Database], Awaitable[T]]") -> T:
    """Run the work on the installation's database, which is made ready first."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    with database_urls(Settings()) as urls:
        run(make_ready(urls))
        return run(_on(urls.app, work))


async def _on(url: str, work: "Callable[[Database], Awaitable[T]]") -> T:
    from backend.kit.db import Database

    database = Database(url, connections_max=1)
    try:
        return await work(database)
    finally:
        await database.close()


async def tenant_named(database: "Database", slug: str) -> "Tenant":
    """The tenant of that slug. Raises TenantNotFound."""
    from backend.programmes.errors import TenantNotFound
    from backend.programmes.queries import tenant_by_slug

    async with database.transaction(None) as session:
        found = await tenant_by_slug(session, slug)
    if found is None:
        raise TenantNotFound
    return found


@contextlib.asynccontextmanager
async def inside(database: "Database", slug: str) -> "AsyncIterator[tuple[AsyncSession, Tenant]]":
    """One transaction inside the tenant of that slug. Raises TenantNotFound."""
    tenant = await tenant_named(database, slug)
    async with database.transaction(tenant.id) as session:
        yield session, tenant
