"""Counts the changes of a tenant's products, so that what was compiled from them knows when it is old."""

from uuid import UUID

from sqlalchemy import BigInteger
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import at_commit


class CatalogueVersion(SQLModel, table=True):
    """How often the tenant's products changed; no row while they never did."""

    __tablename__ = "catalogue_version"

    tenant_id: UUID = Field(primary_key=True)
    version: int = Field(sa_type=BigInteger)


async def catalogue_version(session: AsyncSession, tenant_id: UUID) -> int:
    """The version of the tenant's products as this transaction sees them."""
    found = await session.exec(select(CatalogueVersion.version).where(CatalogueVersion.tenant_id == tenant_id))
    return found.one_or_none() or 0


def products_changed(session: AsyncSession, tenant_id: UUID) -> None:
    """Note that this transaction changes products: once counted, right before it commits."""
    at_commit(session, _count).append(tenant_id)


async def _count(session: AsyncSession, tenants: list[UUID]) -> None:
    statement = insert(CatalogueVersion)
    grown = {"version": CatalogueVersion.version + 1}
    for tenant_id in sorted(set(tenants)):
        await session.exec(
            statement.on_conflict_do_update(index_elements=["tenant_id"], set_=grown),
            params={"tenant_id": tenant_id, "version": 1},
        )
