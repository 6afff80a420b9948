"""Work to do later, as rows written by the transaction that causes it: the outbox is the queue.

A job runs at least once: its handler must be safe to run twice. It is claimed under a lease that its worker renews; a
worker that dies loses the lease and another takes over, after which the first has no say in what becomes of it. A
finished job's row is deleted, a hopeless one stays `dead` until staff retry it. `unique_key` keeps one waiting job of a
purpose.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Index, func, text, update
from sqlmodel import Field, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database, announce, driver
from backend.kit.ids import new_id
from backend.kit.tables import Created, Timestamp

CHANNEL = "paragon_jobs"
LEASE = timedelta(seconds=15)
DEAD = "dead"


class JobRow(Created, table=True):
    """A job, outside the wall of tenants: workers serve them all."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_due", "priority", "run_at", postgresql_where=text("state = 'waiting'")),
        Index("ix_job_leased_until", "leased_until", postgresql_where=text("state = 'running'")),
        Index("ix_job_dead", "kind", "id", postgresql_where=text("state = 'dead'")),
    )

    id: UUID = Field(primary_key=True, default_factory=new_id)
    tenant_id: UUID
    kind: str
    subject: UUID
    unique_key: str = Field(unique=True)
    state: str = "waiting"
    priority: int = 0
    run_at: datetime = Field(sa_type=Timestamp)
    leased_until: datetime | None = Field(default=None, sa_type=Timestamp)
    attempts: int = 0
    last_error: str | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A claimed job as its handler sees it; `attempts` counts this run, from 1."""

    id: UUID
    tenant_id: UUID
    kind: str
    subject: UUID
    attempts: int


class Retry(Exception):
    """Raised by a handler that wants another run after `delay`; `reason` is a stable code for operators."""

    def __init__(self, reason: str, delay: timedelta) -> None:
        super().__init__(reason)
        self.reason = reason
        self.delay = delay


class GiveUp(Exception):
    """Raised by a handler for which no further run makes sense until staff act; `reason` is a stable code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


_ENQUEUE = """
    insert into job (id, tenant_id, kind, subject, unique_key, state, priority, run_at, attempts, created_at)
    values ($1, $2, $3, $4, $5, 'waiting', 0, $6, 0, $6) on conflict (unique_key) do nothing
"""


async def enqueue(session: AsyncSession, kind: str, tenant_id: UUID, subject: UUID, *, now: datetime) -> None:
    """Write a job that is due at once; a second one of the same kind and subject changes nothing."""
    connection = await driver(session)
    await connection.execute(_ENQUEUE, new_id(), tenant_id, kind, subject, f"{kind}:{tenant_id}:{subject}", now)
    announce(session, CHANNEL)


async def rearm(session: AsyncSession, kind: str, tenant_id: UUID, subject: UUID, *, now: datetime) -> None:
    """Let the job run at once with all its attempts before it, be it dead, waiting or gone; a running one runs on."""
    await enqueue(session, kind, tenant_id, subject, now=now)
    await session.exec(
        update(JobRow)
        .where(col(JobRow.unique_key) == f"{kind}:{tenant_id}:{subject}", col(JobRow.state) != "running")
        .values(state="waiting", priority=0, run_at=now, attempts=0, leased_until=None)
    )


# Rows of several jobs are locked in the order of their ids: whoever takes several waits in one direction only.
# The commit waits for no disk: a server that breaks down forgets that a job was claimed or done, and it runs again.
_TURN = """
    with done as (delete from job where id in (select id from job where id = any($1) order by id for update))
    update job set state = 'running', attempts = attempts + 1, leased_until = now() + $4
    where (select set_config('synchronous_commit', 'off', true)) = 'off' and id = any(array(
        select id from job
        where kind = any($2) and id <> all($1)
          and (state = 'waiting' and run_at <= now() or state = 'running' and leased_until < now())
        order by priority, run_at
        limit $3
        for update skip locked
    ))
    returning id, tenant_id, kind, subject, attempts
"""
_RENEW = """
    update job set leased_until = now() + $2
    where id in (select id from job where id = any($1) order by id for update)
"""


async def turn(database: Database, done: Sequence[Job], kinds: Sequence[str], *, limit: int) -> list[Job]:
    """Let the rows of the jobs that are done go and take up to `limit` due ones, in one statement; both or neither.

    First attempts come before retries; the database's clock decides what is due. Raises DatabaseUnavailable.
    """
    rows = await database.fetch(_TURN, [job.id for job in done], list(kinds), limit, LEASE)
    return [Job(*row) for row in rows]


async def renew(database: Database, jobs: Sequence[Job]) -> None:
    """Push the lease of running jobs ahead. Raises DatabaseUnavailable."""
    await database.fetch(_RENEW, [job.id for job in jobs], LEASE)


async def postpone(session: AsyncSession, job: Job, reason: str, delay: timedelta) -> None:
    """Let the job run again after `delay`, behind first attempts."""
    await session.exec(
        update(JobRow)
        .where(*_still_held(job))
        .values(state="waiting", priority=1, run_at=func.now() + delay, leased_until=None, last_error=reason)
    )


async def requeue(session: AsyncSession, jobs: Sequence[UUID]) -> int:
    """Let dead jobs begin anew, with the whole schedule before them but behind first attempts; how many were dead."""
    revived = await session.exec(
        update(JobRow)
        .where(col(JobRow.id).in_(jobs), col(JobRow.state) == DEAD)
        .values(state="waiting", priority=1, attempts=0, run_at=func.now(), last_error=None)
        .returning(col(JobRow.id))
    )
    announce(session, CHANNEL)
    return len(revived.all())


async def hand_back(session: AsyncSession, jobs: list[Job]) -> None:
    """Give up running jobs that a stopping worker cut: they are due as before, and this run does not count."""
    for job in jobs:
        await session.exec(
            update(JobRow)
            .where(*_still_held(job))
            .values(state="waiting", leased_until=None, attempts=col(JobRow.attempts) - 1)
        )
    announce(session, CHANNEL)


async def bury(session: AsyncSession, job: Job, reason: str) -> None:
    """Set the job aside for staff; it keeps its unique key, so that nothing starts it anew behind their back."""
    await session.exec(update(JobRow).where(*_still_held(job)).values(state=DEAD, leased_until=None, last_error=reason))


def _still_held(job: Job) -> tuple[ColumnElement[bool], ...]:
    """That this very run holds the job: whoever takes it over counts one attempt more."""
    return col(JobRow.id) == job.id, col(JobRow.attempts) == job.attempts


@dataclass(frozen=True, slots=True)
class Backlog:
    """The jobs of one kind and state; `overdue` is how long the oldest of them has been due, below zero if none is."""

    kind: str
    state: str
    count: int
    overdue: timedelta


async def backlog(session: AsyncSession) -> list[Backlog]:
    """What the table holds, by kind and state; the database's clock says what is due."""
    overdue = func.clock_timestamp() - func.min(col(JobRow.run_at))
    found = await session.exec(
        select(JobRow.kind, JobRow.state, func.count(), overdue).group_by(JobRow.kind, JobRow.state)
    )
    return [Backlog(*row) for row in found]
