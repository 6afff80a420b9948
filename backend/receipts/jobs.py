"""The job that asks a receipt's authority: no transaction is open while it waits for the portal.

It asks again, ever less often, for up to three days; each outcome of the conversation has one consequence.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.kit.db import Database
from backend.kit.jobs import GiveUp, Job, Retry
from backend.receipts.errors import UnknownToAuthority
from backend.receipts.models import Receipt
from backend.receipts.portal import Portal
from backend.receipts.queries import lock_receipt, stored_answer
from backend.receipts.service import agrees, confirm, keep_answer, keep_waiting, kept_receipt, refuse, verify
from receipt_parsers.errors import (
    AuthorityUnavailable,
    LayoutChanged,
    ReceiptError,
    UnknownReceipt,
)

RETRY_UNITS = (1, 5, 30, 120, 720, 1440, 2880, 4320)
"""Waits between attempts, in units of a minute by default: together they outlast the 72 hours that a till has."""
UNKNOWN_ATTEMPTS_MAX = 4
"""From which attempt on "unknown" is believed if the authority said so the time before, too: it says so of a receipt
that it has not yet read, and perhaps for a moment after it was down."""
_JITTER_PERCENT = 20
_PATIENCE_S_MAX = 86_400


@dataclass(frozen=True, slots=True)
class ReceiptServices:
    """What the job needs from the process that runs it."""

    database: Database
    portal: Portal
    clock: Callable[[], datetime]
    retry_unit_s: int


async def fetch(services: ReceiptServices, job: Job) -> None:
    """Ask the authority about a pending receipt, or take its kept answer, and verify.

    Those who want the same answer at once wait for the first, and take what it kept. Raises Retry while patience may
    help and GiveUp when only staff can.
    """
    receipt = await _undecided(services, job)
    if receipt is None:
        return
    async with services.portal.alone(receipt.payload_sha256) as waited:
        if not waited or await _undecided(services, job) is not None:
            await _ask(services, job, receipt)


async def _undecided(services: ReceiptServices, job: Job) -> Receipt | None:
    """The receipt, if its authority must be asked: it is pending, and no earlier answer to the same bytes decides it."""
    async with services.database.transaction(job.tenant_id) as session:
        receipt = await lock_receipt(session, job.tenant_id, job.subject)
        if receipt.state != "pending":
            return None
        kept = await stored_answer(session, receipt)
        if kept is None:
            return receipt
        await verify(session, job.tenant_id, receipt.id, kept_receipt(kept), now=services.clock())
        return None


async def _ask(services: ReceiptServices, job: Job, receipt: Receipt) -> None:
    try:
        fetched = await services.portal.ask(receipt.authority, receipt.payload, with_gtins=receipt.with_gtins)
    except ReceiptError as error:
        await _answer_failed(services, job, error)
        return
    async with services.database.transaction(job.tenant_id) as session:
        if agrees(receipt, fetched.receipt):
            await keep_answer(session, receipt, fetched, now=services.clock())
            await confirm(session, receipt, fetched.receipt, now=services.clock())
        else:
            await verify(session, job.tenant_id, receipt.id, fetched.receipt, now=services.clock())


async def _answer_failed(services: ReceiptServices, job: Job, error: ReceiptError) -> None:
    """One consequence for each way in which a conversation fails."""
    async with services.database.transaction(job.tenant_id) as session:
        receipt = await lock_receipt(session, job.tenant_id, job.subject)
        if receipt.state != "pending":
            return
        if job.attempts >= UNKNOWN_ATTEMPTS_MAX and receipt.waiting_for == error.code == UnknownReceipt.code:
            await refuse(session, receipt, UnknownToAuthority, now=services.clock())
            return
        await keep_waiting(session, receipt, error.code, now=services.clock())
    if isinstance(error, LayoutChanged) or job.attempts > len(RETRY_UNITS):
        raise GiveUp(error.code) from error
    raise Retry(error.code, delay_before(job.attempts, error, unit_s=services.retry_unit_s)) from error


def delay_before(attempts: int, error: ReceiptError, *, unit_s: int) -> timedelta:
    """How long to wait after so many attempts: the schedule with a jitter, or longer, up to a day, if the authority asked."""
    scheduled_ms = RETRY_UNITS[attempts - 1] * unit_s * 1000
    jitter_ms = random.randrange(scheduled_ms * _JITTER_PERCENT // 100)  # noqa: S311 (spreads load, guards nothing)
    asked_s = error.retry_after_s or 0 if isinstance(error, AuthorityUnavailable) else 0
    return max(timedelta(milliseconds=scheduled_ms + jitter_ms), timedelta(seconds=min(asked_s, _PATIENCE_S_MAX)))
