"""The jobs that settle a confirmed receipt and that replay a campaign: each safe to run twice."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.accrual.errors import RulesChanged, RulesFailed
from backend.accrual.facts import release_presented
from backend.accrual.held import BROKEN, set_aside
from backend.accrual.replay import BROKEN as BROKEN_REPLAY
from backend.accrual.replay import Step, advance, begin_turn
from backend.accrual.rules import RuleBook
from backend.accrual.service import settle
from backend.campaigns.holds import let_go
from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.jobs import GiveUp, Job, Retry
from backend.kit.metrics import HELD

_LOG = logging.getLogger("paragon.accrual")
_TURN = timedelta(seconds=5)
_STRETCH = timedelta(seconds=2)
"""For how long a replay keeps others of the worker's jobs waiting; receipts go first then."""


@dataclass(frozen=True, slots=True)
class AccrualServices:
    """What the job needs from the process that runs it."""

    database: Database
    rules: RuleBook
    clock: Callable[[], datetime]


async def settle_receipt(services: AccrualServices, job: Job) -> None:
    """Settle the receipt that the job is about, or set it aside when a campaign breaks; the job waits for staff then.

    Raises GiveUp after nothing of the settling has stayed.
    """
    try:
        while not await _settled(services, job):
            continue
    except RulesFailed as failed:
        async with services.database.transaction(job.tenant_id) as session:
            await set_aside(
                session,
                job.tenant_id,
                job.subject,
                campaigns=failed.campaigns,
                reason=failed.reason,
                now=services.clock(),
            )
        HELD.inc()
        fields = {"receipt": str(job.subject), "tenant": str(job.tenant_id), "campaigns": failed.campaigns}
        _LOG.error("a campaign broke: its receipts wait", exc_info=failed, extra={"fields": fields})
        raise GiveUp(BROKEN) from failed


async def _settled(services: AccrualServices, job: Job) -> bool:
    """Whether the rules in memory were those of the database; if not, they are read anew by the next attempt."""
    rules = await services.rules.of(job.tenant_id)
    try:
        async with services.database.transaction(job.tenant_id) as session:
            await settle(session, rules, job.subject, now=services.clock())
    except RulesChanged:
        services.rules.forget(rules)
        return False
    return True


async def end_presented(services: AccrualServices, job: Job) -> None:
    """Let go the codes and coupons that a refused receipt holds."""
    async with services.database.transaction(job.tenant_id) as session:
        await release_presented(session, job.tenant_id, job.subject)


async def end_hold(services: AccrualServices, job: Job) -> None:
    """Let go an offer that was kept for a member who did not use it in time."""
    async with services.database.transaction(job.tenant_id) as session:
        await let_go(session, job.tenant_id, job.subject, now=services.clock())


async def replay_campaign(services: AccrualServices, job: Job) -> None:
    """Take a replay further, portion by portion; raises Retry while somebody else is at it, or to let others have a turn.

    A turn that breaks is tried again, and counted by the replay itself: the job's attempts are turns as well.
    """
    tries = await begin_turn(services.database, job.tenant_id, job.subject, now=services.clock())
    if tries is None:
        return
    try:
        step = await _go_on(services, job)
    except DatabaseUnavailable:
        raise
    except Exception as error:
        fields = {"replay": str(job.subject), "tenant": str(job.tenant_id), "tries": tries}
        _LOG.exception("a replay broke", extra={"fields": fields})
        raise Retry(BROKEN_REPLAY, _TURN * tries) from error
    if step == "busy":
        raise Retry("replay-at-work", _TURN)
    if step == "more":
        raise Retry("replay-goes-on", timedelta(0))


async def _go_on(services: AccrualServices, job: Job) -> Step:
    """Take portions for a while, and at least one."""
    until = services.clock() + _STRETCH
    while True:
        step = await advance(services.database, job.tenant_id, job.subject, clock=services.clock)
        if step != "more" or services.clock() >= until:
            return step
