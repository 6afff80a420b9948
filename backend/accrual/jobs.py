"""The job that settles a confirmed receipt: one transaction, safe to run twice."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from backend.accrual.service import settle
from backend.kit.db import Database
from backend.kit.jobs import Job


@dataclass(frozen=True, slots=True)
class AccrualServices:
    """What the job needs from the process that runs it."""

    database: Database
    clock: Callable[[], datetime]


async def settle_receipt(services: AccrualServices, job: Job) -> None:
    """Settle the receipt that the job is about."""
    async with services.database.transaction(job.tenant_id) as session:
        await settle(session, job.tenant_id, job.subject, now=services.clock())
