"""The number of a catalogue's state: whoever keeps products in memory reads them again when it has grown.

Read the number first and the products after it: what is read then is at least as new as the number. Whoever writes holds
the number's row from before the first read to the commit, so a tenant's writers come one after the other.

A text that found no product with one number is never missed by the next: either its writer sees at the commit that the
number has grown, or whoever lets it grow sees the text. A lock that both hold for their commits alone has it so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy import text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.aliases import UnmatchedText
from backend.catalogue.models import CatalogueVersion
from backend.kit.db import at_commit, driver
from backend.kit.jobs import enqueue

REGROW = "matching.regrow"
"""The kind of job that says: the catalogue has the version that is its subject, and texts wait for a product."""

_AT_COMMIT = text("select public.catalogue_version_at_commit(:tenant)")
_ALONE = text("select pg_advisory_xact_lock(hashtextextended('catalogue:' || cast(:tenant as uuid), 0))")


async def catalogue_version(session: AsyncSession, tenant_id: UUID) -> int:
    """The number now; 0 before the first product."""
    connection = await driver(session)
    return await connection.fetchval("select version from catalogue_version where tenant_id = $1", tenant_id) or 0


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


async def version_at_commit(session: AsyncSession, tenant_id: UUID) -> int:
    """The number, which does not grow until this transaction has ended: ask last, right before the commit."""
    found = await (await session.connection()).execute(_AT_COMMIT, {"tenant": tenant_id})
    return int(found.scalar_one())


async def catalogue_changed(session: AsyncSession, tenant_id: UUID, *, now: datetime) -> None:
    """Let the number grow with this transaction, which has locked the catalogue.

    Texts that wait for a product are matched anew by a job of this very number, so a later change is never taken for an
    earlier one; of many numbers, the job of the newest alone does anything.
    """
    grown = await session.exec(
        update(CatalogueVersion)
        .where(col(CatalogueVersion.tenant_id) == tenant_id)
        .values(version=CatalogueVersion.version + 1)
        .returning(col(CatalogueVersion.version))
    )
    (version,) = grown.one()
    at_commit(session, _match_waiting).append(_Growth(tenant_id, version, now))


@dataclass(frozen=True, slots=True)
class _Growth:
    tenant_id: UUID
    version: int
    grown_at: datetime


async def _match_waiting(session: AsyncSession, growths: Sequence[_Growth]) -> None:
    """Have texts matched anew, if any wait once nobody is about to add one."""
    newest = growths[-1]
    await (await session.connection()).execute(_ALONE, {"tenant": newest.tenant_id})
    waiting = await session.exec(
        select(UnmatchedText.id)
        .where(UnmatchedText.tenant_id == newest.tenant_id, UnmatchedText.state == "waiting")
        .limit(1)
    )
    if waiting.first() is not None:
        await enqueue(session, REGROW, newest.tenant_id, growth(newest.tenant_id, newest.version), now=newest.grown_at)


def growth(tenant_id: UUID, version: int) -> UUID:
    """What the job of a version of the catalogue is called."""
    return uuid5(tenant_id, str(version))
