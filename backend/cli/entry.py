"""How commands enter a tenant that is named by its slug."""

import contextlib
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlmodel.ext.asyncio.session import AsyncSession

    from backend.kit.db import Database
    from backend.programmes.models import Tenant


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
