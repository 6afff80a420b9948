"""`paragon jobs`: what waits, what was given up, and how to begin anew once the cause is mended."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from backend.cli.operating import PORTION, in_portions, operate
from backend.cli.output import Json, fail, out, show

if TYPE_CHECKING:
    from backend.kit.db import Database
    from backend.kit.jobs import JobRow

app = typer.Typer(help="Work to do later, of every tenant.", no_args_is_help=True)


@app.command(name="list")
def list_jobs(
    *,
    dead: Annotated[bool, typer.Option("--dead", help="Only those that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many to show at most, oldest first.")] = 100,
    as_json: Json = False,
) -> None:
    """Show the jobs that are in the table; those that are done are gone."""
    rows = operate(lambda database: _listed(database, dead_only=dead, limit=limit))
    found = [_document(row) for row in rows]
    show(found, as_json=as_json, people=lambda: _show(found))


@app.command()
def retry(
    *,
    job: Annotated[UUID | None, typer.Argument(help="The job's id.", show_default=False)] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="Every job that was given up.")] = False,
    kind: Annotated[str | None, typer.Option(help="With --all-dead: only this kind.")] = None,
    as_json: Json = False,
) -> None:
    """Let a dead job begin anew, or all of them."""
    if (job is None) != all_dead or (kind is not None and not all_dead):
        raise typer.BadParameter("name one job, or say --all-dead, with --kind if wished")
    retried = operate(lambda database: _retry_dead(database, kind) if job is None else _retry(database, job))
    if not (retried or all_dead):
        fail("job-not-dead", f"there is no dead job {job}")
    show({"retried": retried}, as_json=as_json, people=lambda: out.print(f"Begun anew: {retried}."))


async def _listed(database: "Database", *, dead_only: bool, limit: int) -> list["JobRow"]:
    from backend.kit.job_queries import listed

    async with database.transaction(None) as session:
        return await listed(session, dead_only=dead_only, limit=limit)


async def _retry(database: "Database", job: UUID) -> int:
    from backend.kit.jobs import requeue

    async with database.transaction(None) as session:
        return await requeue(session, [job])


async def _retry_dead(database: "Database", kind: str | None) -> int:
    from backend.kit.job_queries import lock_dead
    from backend.kit.jobs import requeue

    async def portion(after: UUID | None) -> list[UUID]:
        async with database.transaction(None) as session:
            jobs = await lock_dead(session, kind=kind, after=after, limit=PORTION)
            await requeue(session, jobs)
            return jobs

    return await in_portions(portion, "jobs")


def _document(row: "JobRow") -> dict[str, Any]:
    from backend.kit.clock import rfc3339

    return {
        "id": str(row.id),
        "tenant": str(row.tenant_id),
        "kind": row.kind,
        "subject": str(row.subject),
        "state": row.state,
        "attempts": row.attempts,
        "last_error": row.last_error,
        "run_at": rfc3339(row.run_at),
        "created_at": rfc3339(row.created_at),
    }


def _show(found: list[dict[str, Any]]) -> None:
    for job in found:
        why = f", {job['last_error']}" if job["last_error"] else ""
        line = f"{job['id']}  {job['kind']}  {job['state']}, attempts {job['attempts']}{why}, due {job['run_at']}"
        out.print(line, markup=False)
    if not found:
        out.print("There is none.")
