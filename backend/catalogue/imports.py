"""Files that staff send in: kept until a job has taken them, followed row by row meanwhile."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import defer
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.errors import ImportNotFound, TooManyImports
from backend.catalogue.models import CatalogueImport
from backend.catalogue.version import lock_catalogue
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue

IMPORT = "catalogue.import"
WAITING_MAX = 3
"""How many files of a tenant may wait at once."""
WAITING, RUNNING, DONE, REFUSED = "waiting", "running", "done", "refused"
_RETRY_AFTER_S = 30
_CONTENT: Any = CatalogueImport.content


async def begin_import(session: AsyncSession, actor: Actor, content: bytes, *, now: datetime) -> CatalogueImport:
    """Keep the file and the job that takes it. Raises TooManyImports.

    Holds the tenant's catalogue, so that of many at once no more are let in than may.
    """
    await lock_catalogue(session, actor.tenant_id)
    waiting = await session.exec(
        select(func.count()).where(
            CatalogueImport.tenant_id == actor.tenant_id, col(CatalogueImport.state).in_((WAITING, RUNNING))
        )
    )
    if waiting.one() >= WAITING_MAX:
        raise TooManyImports(retry_after_s=_RETRY_AFTER_S)
    row = CatalogueImport(
        tenant_id=actor.tenant_id,
        id=new_id(),
        created_at=now,
        account_id=actor.account_id,
        content=content,
        digest=sha256(content).hexdigest(),
    )
    session.add(row)
    await record(session, actor, "catalogue.import-begun", ("catalogue", row.id), after={"digest": row.digest}, now=now)
    await enqueue(session, IMPORT, actor.tenant_id, row.id, now=now)
    return row


async def import_standing(session: AsyncSession, tenant_id: UUID, import_id: UUID) -> CatalogueImport:
    """How far the import is; its content is not read. Raises ImportNotFound."""
    found = await session.exec(
        select(CatalogueImport)
        .where(CatalogueImport.tenant_id == tenant_id, CatalogueImport.id == import_id)
        .options(defer(_CONTENT))
    )
    row = found.one_or_none()
    if row is None:
        raise ImportNotFound
    return row


async def imports(session: AsyncSession, tenant_id: UUID, *, before: UUID | None, limit: int) -> list[CatalogueImport]:
    """A page of imports, newest first, without their content."""
    query = select(CatalogueImport).where(CatalogueImport.tenant_id == tenant_id)
    if before is not None:
        query = query.where(col(CatalogueImport.id) < before)
    deferred = query.options(defer(_CONTENT))
    return list(await session.exec(deferred.order_by(col(CatalogueImport.id).desc()).limit(limit)))


async def lock_import(session: AsyncSession, tenant_id: UUID, import_id: UUID) -> CatalogueImport:
    """The import without its content, held until the transaction ends; a missing one is our mistake."""
    found = await session.exec(
        select(CatalogueImport)
        .where(CatalogueImport.tenant_id == tenant_id, CatalogueImport.id == import_id)
        .options(defer(_CONTENT))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one()


async def content_of(session: AsyncSession, tenant_id: UUID, import_id: UUID) -> bytes | None:
    """The file, unless the import has ended."""
    found = await session.exec(
        select(CatalogueImport.content).where(CatalogueImport.tenant_id == tenant_id, CatalogueImport.id == import_id)
    )
    return found.one()
