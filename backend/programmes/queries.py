"""Questions about tenants, programmes and outlets."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import driver
from backend.programmes.errors import ProgrammeNotFound, TenantNotFound
from backend.programmes.models import HostName, Outlet, Partner, Programme, ProgrammeScheme, Tenant


async def tenant(session: AsyncSession, tenant_id: UUID) -> Tenant:
    """The tenant itself; a missing one is our mistake."""
    return (await session.exec(select(Tenant).where(Tenant.id == tenant_id))).one()


async def rules_version(session: AsyncSession, tenant_id: UUID) -> int:
    """How often what decides about the tenant's receipts was changed."""
    connection = await driver(session)
    return int(await connection.fetchval("select rules_version from tenant where id = $1", tenant_id))


async def tenant_by_slug(session: AsyncSession, slug: str) -> Tenant | None:
    """The tenant of that slug, if there is one."""
    return (await session.exec(select(Tenant).where(Tenant.slug == slug))).one_or_none()


async def tenant_called(session: AsyncSession, slug: str) -> Tenant:
    """The tenant of that slug. Raises TenantNotFound."""
    found = await tenant_by_slug(session, slug)
    if found is None:
        raise TenantNotFound
    return found


async def tenants(session: AsyncSession) -> list[Tenant]:
    """Every tenant of the installation, by slug."""
    return list(await session.exec(select(Tenant).order_by(Tenant.slug)))


async def tenant_at(session: AsyncSession, *, host: str, slug: str | None) -> Tenant:
    """The tenant that the host name stands for, or, at a host that stands for none, the one of that slug.

    At a tenant's own host no other can be named. Raises TenantNotFound. `host` may carry a port.
    """
    own = await session.exec(
        select(Tenant).join(HostName, col(HostName.tenant_id) == Tenant.id).where(HostName.host == bare_host(host))
    )
    found = own.one_or_none()
    if found is None and slug is not None:
        found = await tenant_by_slug(session, slug)
    if found is None or slug not in {None, found.slug}:
        raise TenantNotFound
    return found


def bare_host(host: str) -> str:
    """A Host header's name alone: in lower case, without port and final dot; an IPv6 address keeps its brackets."""
    name = host.strip().lower()
    if not name.endswith("]"):
        name = name.rpartition(":")[0] or name
    return name.rstrip(".")


async def hosts(session: AsyncSession, tenant_id: UUID) -> list[str]:
    """The tenant's host names."""
    found = await session.exec(
        select(HostName.host).where(HostName.tenant_id == tenant_id).order_by(col(HostName.host))
    )
    return list(found)


async def programmes(session: AsyncSession, tenant_id: UUID) -> list[Programme]:
    """The tenant's programmes, the oldest first."""
    return list(
        await session.exec(select(Programme).where(Programme.tenant_id == tenant_id).order_by(col(Programme.id)))
    )


async def schemes(session: AsyncSession, tenant_id: UUID) -> Mapping[UUID, list[ProgrammeScheme]]:
    """What was said of each programme's scheme, by number; a programme of which nothing was said is not among them."""
    found = await session.exec(
        select(ProgrammeScheme).where(ProgrammeScheme.tenant_id == tenant_id).order_by(col(ProgrammeScheme.number))
    )
    said: dict[UUID, list[ProgrammeScheme]] = {}
    for row in found:
        said.setdefault(row.programme_id, []).append(row)
    return said


async def partners(session: AsyncSession, tenant_id: UUID) -> list[Partner]:
    """The tenant's partners, by tax number."""
    return list(await session.exec(select(Partner).where(Partner.tenant_id == tenant_id).order_by(col(Partner.tax_id))))


async def outlets(session: AsyncSession, tenant_id: UUID, *, partner_id: UUID | None = None) -> list[Outlet]:
    """The tenant's outlets, closed ones included, by code; of one partner alone if it is named."""
    query = select(Outlet).where(Outlet.tenant_id == tenant_id)
    if partner_id is not None:
        query = query.where(Outlet.partner_id == partner_id)
    return list(await session.exec(query.order_by(col(Outlet.code))))


async def outlets_called(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> dict[str, Outlet]:
    """Those of the tenant's outlets that have one of these codes, closed ones included."""
    if not codes:
        return {}
    found = await session.exec(select(Outlet).where(Outlet.tenant_id == tenant_id, col(Outlet.code).in_(codes)))
    return {outlet.code: outlet for outlet in found}


async def programme(session: AsyncSession, tenant_id: UUID) -> Programme:
    """The tenant's programme; while there is one per tenant, the oldest."""
    found = await session.exec(select(Programme).where(Programme.tenant_id == tenant_id).order_by(col(Programme.id)))
    return found.first() or _no_programme(tenant_id)


def _no_programme(tenant_id: UUID) -> Programme:
    raise AssertionError(f"tenant {tenant_id} was created without a programme")


async def programme_called(session: AsyncSession, tenant_id: UUID, code: str | None) -> Programme:
    """The programme of that code, or the tenant's first when none is named. Raises ProgrammeNotFound."""
    if code is None:
        return await programme(session, tenant_id)
    found = await session.exec(select(Programme).where(Programme.tenant_id == tenant_id, Programme.code == code))
    row = found.one_or_none()
    if row is None:
        raise ProgrammeNotFound
    return row
