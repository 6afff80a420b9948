"""Oversight: who did what, and which jobs were set aside."""

from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from backend.kit.audit import page, record
from backend.kit.clock import utc_now
from backend.kit.job_queries import dead_of_tenant, lock_dead_of_tenant
from backend.kit.jobs import requeue
from backend.staff.login import Staff
from backend.staff_api.common import Limit, problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs
from backend.staff_api.shapes import AuditPage, JobView
from backend.staff_api.views import audit_view, job_view

TAG = "Oversight"
Entry = Annotated[int | None, QueryParameter(ge=1, le=2**63 - 1, description="The number of an entry.")]


@get(
    "/audit",
    opt=needs("audit.read"),
    operation_id="listAudit",
    tags=[TAG],
    summary="Read the audit trail",
    responses=problems(),
)
async def list_audit(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    before: Entry = None,
    limit: Limit = 20,
) -> AuditPage:
    """What was done, the newest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        rows = await page(session, staff.tenant_id, before=before, limit=limit)
    return AuditPage([audit_view(row) for row in rows], rows[-1].seq if len(rows) == limit else None)


@get(
    "/jobs",
    opt=needs("jobs.manage"),
    operation_id="listDeadJobs",
    tags=[TAG],
    summary="List jobs that were set aside",
    responses=problems(),
)
async def list_jobs(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], limit: Limit = 20
) -> list[JobView]:
    """The tenant's jobs that no further attempt could finish, the oldest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        return [job_view(row) for row in await dead_of_tenant(session, staff.tenant_id, limit=limit)]


@post(
    "/jobs/{job_id:uuid}/retry",
    opt=needs("jobs.manage"),
    status_code=204,
    operation_id="retryJob",
    tags=[TAG],
    summary="Try a job again",
    responses=problems("job-not-found"),
)
async def retry_job(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], job_id: FromPath[UUID]
) -> None:
    """Let a job that was set aside run again."""
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        row = await lock_dead_of_tenant(session, staff.tenant_id, job_id)
        was = {"kind": row.kind, "state": row.state, "attempts": row.attempts}
        await requeue(session, [job_id])
        await record(
            session,
            staff.actor,
            "job.retried",
            ("job", job_id),
            before=was,
            after={"kind": row.kind, "state": "waiting", "attempts": 0},
            now=now,
        )
