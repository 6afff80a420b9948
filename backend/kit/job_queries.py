"""Questions about jobs, for operators: of every tenant, since jobs stand outside the wall."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.jobs import DEAD, JobRow


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
