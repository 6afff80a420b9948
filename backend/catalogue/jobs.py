"""The job that takes a file into the catalogue: portion by portion, each counted in its own transaction.

A run that was cut is taken up where its last transaction left it: rows that are done are read again, for what repeats
them, and counted no second time. Two runs at once do not meet: the one that finds the import further than it left it stops.
"""

import asyncio
import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.errors import FILE_REFUSALS, ImportBroken
from backend.catalogue.files.reader import CatalogueFile, ReadRow
from backend.catalogue.importing import Tally, import_portion, open_file, record_import
from backend.catalogue.imports import DONE, REFUSED, RUNNING, content_of, lock_import
from backend.catalogue.models import CatalogueImport
from backend.kit.audit import Actor
from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.errors import ParagonError
from backend.kit.jobs import Job

ATTEMPTS_MAX = 5
"""After how many broken runs the import ends, lest it count for ever among those that wait."""


@dataclass(frozen=True, slots=True)
class CatalogueServices:
    """What an import needs."""

    database: Database
    clock: Callable[[], datetime]


async def import_file(services: CatalogueServices, job: Job) -> None:
    """Take the file of the import `job.subject`; one that cannot be read ends as refused, with the reason.

    So does one that breaks whoever takes it, or ends their process.
    """
    if job.attempts > ATTEMPTS_MAX:
        await _end(services, job, refusal=ImportBroken())
        return
    try:
        await _take_file(services, job)
    except DatabaseUnavailable:
        raise
    except Exception:
        if job.attempts == ATTEMPTS_MAX:
            await _end(services, job, refusal=ImportBroken())
        raise


async def _take_file(services: CatalogueServices, job: Job) -> None:
    async with services.database.transaction(job.tenant_id) as session:
        content = await content_of(session, job.tenant_id, job.subject)
    if content is None:
        return
    try:
        file = await open_file(services.database, job.tenant_id, io.BytesIO(content))
        while rows := await asyncio.to_thread(file.portion):
            if not await _take(services, job, file, rows):
                return
    except FILE_REFUSALS as error:
        await _end(services, job, refusal=error)
    else:
        await _end(services, job, refusal=None)


async def _take(services: CatalogueServices, job: Job, file: CatalogueFile, rows: list[ReadRow]) -> bool:
    """Take a portion that is not done yet; False where another run goes on with the file."""
    async with services.database.transaction(job.tenant_id) as session:
        row = await lock_import(session, job.tenant_id, job.subject)
        if row.rows_done >= file.rows_read:
            return True
        if row.state in {DONE, REFUSED} or row.rows_done != file.rows_read - len(rows):
            return False
        tally = _tally(row)
        await import_portion(session, job.tenant_id, rows, tally, now=services.clock())
        row.state = RUNNING
        row.rows_total = file.rows_expected
        row.ignored_columns = list(file.ignored_columns)
        _keep(session, row, tally)
    return True


async def _end(services: CatalogueServices, job: Job, *, refusal: ParagonError | None) -> None:
    async with services.database.transaction(job.tenant_id) as session:
        row = await lock_import(session, job.tenant_id, job.subject)
        if row.state in {DONE, REFUSED}:
            return
        now = services.clock()
        row.state = REFUSED if refusal else DONE
        if refusal is not None:
            row.refusal = {"code": refusal.code, "msgid": refusal.title, "params": dict(refusal.params)}
        row.content = None
        row.rows_total = row.rows_done
        row.ended_at = now
        session.add(row)
        await record_import(session, Actor(row.tenant_id, row.account_id), row.id, _tally(row), now=now)


def _tally(row: CatalogueImport) -> Tally:
    counts = {name: getattr(row, name) for name in Tally().counts()}
    return Tally(**counts, refusals=list(row.refusals))


def _keep(session: AsyncSession, row: CatalogueImport, tally: Tally) -> None:
    for name, count in tally.counts().items():
        setattr(row, name, count)
    row.refusals = tally.refusals
    session.add(row)
