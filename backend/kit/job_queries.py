"""Questions about jobs: of every tenant for operators, since jobs stand outside the wall; of their own for staff."""

from typing import ClassVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.jobs import DEAD, JobRow


class JobNotFound(ParagonError):
    """No such dead job in this tenant: it was retried already, or never was."""

    code: ClassVar[str] = "job-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such job that was set aside."


async def listed(session: AsyncSession, *, dead_only: bool, limit: int) -> list[JobRow]:
    """The oldest jobs that are in the table: waiting, running and dead, or dead alone."""
    query = select(JobRow).order_by(col(JobRow.id)).limit(limit)
    if dead_only:
        query = query.where(JobRow.state == DEAD)
    return list(await session.exec(query))


async def lock_dead(session: AsyncSession, *, kind: str | None, after: UUID | None, limit: int) -> list[UUID]:
    """The oldest dead jobs behind `after`, of one kind or of any, held until the transaction ends."""
    query = select(JobRow.id).where(JobRow.state == DEAD).order_by(col(JobRow.id)).limit(limit).with_for_update()
    if kind is not None:
        query = query.where(JobRow.kind == kind)
    if after is not None:
        query = query.where(col(JobRow.id) > after)
    return list(await session.exec(query))


async def dead_of_tenant(session: AsyncSession, tenant_id: UUID, *, limit: int) -> list[JobRow]:
    """The tenant's oldest dead jobs."""
    query = select(JobRow).where(JobRow.tenant_id == tenant_id, JobRow.state == DEAD)
    return list(await session.exec(query.order_by(col(JobRow.id)).limit(limit)))


async def lock_dead_of_tenant(session: AsyncSession, tenant_id: UUID, job_id: UUID) -> JobRow:
    """The tenant's dead job, held until the transaction ends. Raises JobNotFound."""
    found = await session.exec(
        select(JobRow).where(JobRow.tenant_id == tenant_id, JobRow.id == job_id, JobRow.state == DEAD).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise JobNotFound
    return row
