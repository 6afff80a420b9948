"""The number of a catalogue's state: whoever keeps products in memory reads them again when it has grown.

Read the number first and the products after it: what is read then is at least as new as the number. Whoever writes holds
the number's row from before the first read to the commit, so a tenant's writers come one after the other.
"""

from uuid import UUID

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import CatalogueVersion


async def catalogue_version(session: AsyncSession, tenant_id: UUID) -> int:
    """The number now; 0 before the first product."""
    found = await session.exec(select(CatalogueVersion.version).where(CatalogueVersion.tenant_id == tenant_id))
    return found.one_or_none() or 0


async def lock_catalogue(session: AsyncSession, tenant_id: UUID) -> None:
    """Wait for every other writer of the tenant's catalogue, and hold it until the transaction ends.

    The server keeps one plan for checking each foreign key. Made while the tables are still empty it would read them
    whole for every row of a first import, so whoever writes here has its plans made by index.
    """
    await (await session.connection()).execute(text("set local enable_seqscan = off"))
    row = insert(CatalogueVersion).values(tenant_id=tenant_id, version=0)
    await session.exec(
        row.on_conflict_do_update(index_elements=["tenant_id"], set_={"version": CatalogueVersion.version})
    )


async def catalogue_changed(session: AsyncSession, tenant_id: UUID) -> None:
    """Let the number grow with this transaction, which has locked the catalogue."""
    await session.exec(
        update(CatalogueVersion)
        .where(col(CatalogueVersion.tenant_id) == tenant_id)
        .values(version=CatalogueVersion.version + 1)
    )
