"""Questions about tenants, programmes and outlets."""

from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.programmes.errors import TenantNotFound
from backend.programmes.models import Outlet, Partner, Programme, Tenant


async def tenant(session: AsyncSession, tenant_id: UUID) -> Tenant:
    """The tenant itself; a missing one is our mistake."""
    return (await session.exec(select(Tenant).where(Tenant.id == tenant_id))).one()


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


async def programme(session: AsyncSession, tenant_id: UUID) -> Programme:
    """The tenant's programme; while there is one per tenant, the oldest."""
    found = await session.exec(select(Programme).where(Programme.tenant_id == tenant_id).order_by(col(Programme.id)))
    return found.first() or _no_programme(tenant_id)


def _no_programme(tenant_id: UUID) -> Programme:
    raise AssertionError(f"tenant {tenant_id} was created without a programme")


async def outlet_at(session: AsyncSession, tenant_id: UUID, *, tax_id: str, premises_id: str | None) -> Outlet | None:
    """The outlet that the seller's tax number and premises name, if it takes part."""
    found = await session.exec(
        select(Outlet)
        .join(Partner, and_(col(Partner.tenant_id) == Outlet.tenant_id, col(Partner.id) == Outlet.partner_id))
        .where(Outlet.tenant_id == tenant_id, Partner.tax_id == tax_id, Outlet.premises_id == premises_id)
    )
    return found.one_or_none()


async def outlet(session: AsyncSession, tenant_id: UUID, outlet_id: UUID | None) -> Outlet | None:
    """The outlet of that id; None for a shop that does not take part."""
    found = await session.exec(select(Outlet).where(Outlet.tenant_id == tenant_id, Outlet.id == outlet_id))
    return found.one_or_none()
