"""The job that looks at past receipts with a text again: each in a transaction of its own, which also says how far it is.

A run that was cut is taken up behind the last receipt that was committed. Two runs at once do not meet: each holds the
rerating while it is at a receipt, and finds the other's place.

A receipt may be settling while its text is linked: decided before the link, committed after the run has begun. So the run
takes up what is not settled yet, too. Whoever settles holds the receipt from before its lines are matched, so the run
waits for them and finds it settled; what nobody settles yet will find the link.
"""

import logging
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.errors import RulesChanged, RulesFailed
from backend.accrual.held import HELD
from backend.accrual.jobs import AccrualServices
from backend.accrual.rerate import rerate
from backend.catalogue.aliases import EVERY_SELLER, Rerating
from backend.catalogue.matching.linking import no_longer_waiting
from backend.catalogue.matching.reratings import DONE, RUNNING, WAITING, lock_rerating
from backend.kit.jobs import Job
from backend.kit.metrics import RERATED
from backend.receipts.queries import receipts_with_text

PAGE = 200
_LOOKED_AT = ("confirmed", HELD, "settled")
_LOG = logging.getLogger("paragon.accrual")


async def rerate_text(services: AccrualServices, job: Job) -> None:
    """Look at every past receipt of the rerating `job.subject`, until it is done or stopped."""
    while receipts := await _page(services, job):
        for receipt_id in receipts:
            if not await _look_at(services, job, receipt_id):
                return
    async with services.database.transaction(job.tenant_id) as session:
        await no_longer_waiting(session, job.tenant_id, job.subject)


async def _page(services: AccrualServices, job: Job) -> list[UUID]:
    """The next receipts; none once there are no more, or nobody wants to know."""
    async with services.database.transaction(job.tenant_id) as session:
        row = await _at_work(session, job)
        if row is None:
            return []
        seller = None if row.seller_tax_id == EVERY_SELLER else row.seller_tax_id
        found = await receipts_with_text(
            session,
            job.tenant_id,
            seller_tax_id=seller,
            folded=row.folded,
            after=row.after_id,
            limit=PAGE,
            states=_LOOKED_AT,
        )
        row.state = RUNNING if found else DONE
        row.ended_at = None if found else services.clock()
        session.add(row)
    return found


async def _look_at(services: AccrualServices, job: Job, receipt_id: UUID) -> bool:
    """Rate the receipt anew; False when the rerating was stopped. One on which a campaign breaks is passed by."""
    rules = await services.rules.of(job.tenant_id)
    try:
        async with services.database.transaction(job.tenant_id) as session:
            row = await _at_work(session, job)
            if row is None:
                return False
            if row.after_id is not None and receipt_id <= row.after_id:
                return True
            gave = await rerate(session, rules, receipt_id, now=services.clock())
            row.after_id, row.looked_at, row.given_more = receipt_id, row.looked_at + 1, row.given_more + gave
            session.add(row)
    except RulesChanged:
        services.rules.forget(rules)
        return await _look_at(services, job, receipt_id)
    except RulesFailed as failed:
        return await _pass_by(services, job, receipt_id, failed)
    RERATED.labels("given-more" if gave else "unchanged").inc()
    return True


async def _pass_by(services: AccrualServices, job: Job, receipt_id: UUID, failed: RulesFailed) -> bool:
    async with services.database.transaction(job.tenant_id) as session:
        row = await _at_work(session, job)
        if row is None:
            return False
        if row.after_id is None or receipt_id > row.after_id:
            row.after_id, row.looked_at, row.broken = receipt_id, row.looked_at + 1, row.broken + 1
            session.add(row)
    RERATED.labels("broken").inc()
    fields = {"receipt": str(receipt_id), "tenant": str(job.tenant_id), "campaigns": failed.campaigns}
    _LOG.error("a campaign broke: its receipt is not rated anew", exc_info=failed, extra={"fields": fields})
    return True


async def _at_work(session: AsyncSession, job: Job) -> Rerating | None:
    row = await lock_rerating(session, job.tenant_id, job.subject)
    return row if row is not None and row.state in (WAITING, RUNNING) else None
