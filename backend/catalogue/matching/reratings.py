"""Texts whose past receipts are looked at again, for they were found to be a product: begun, followed and stopped here.

Each decision about a text is a row of its own with a job of its own, so one that comes while an earlier is at work is not
lost, and takes its place. How far it is stands in the row: `after_id` is the last receipt that was looked at.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.aliases import Rerating
from backend.catalogue.matching.errors import ReratingNotFound
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue

RERATE = "matching.rerate"
"""The kind of job that says: past receipts have lines with the text of the rerating that is its subject."""
WAITING, RUNNING, DONE, STOPPED = "waiting", "running", "done", "stopped"
LINKED, GROWN = "linked", "grown"


async def begin(
    session: AsyncSession, tenant_id: UUID, *, seller_tax_id: str, folded: str, cause: str, now: datetime
) -> Rerating:
    """Have the past receipts with the text looked at again, from the first; whoever was at it stops."""
    await stop_text(session, tenant_id, seller_tax_id=seller_tax_id, folded=folded, now=now)
    row = Rerating(
        tenant_id=tenant_id,
        id=new_id(),
        created_at=now,
        seller_tax_id=seller_tax_id,
        folded=folded,
        cause=cause,
    )
    session.add(row)
    await enqueue(session, RERATE, tenant_id, row.id, now=now)
    return row


async def stop_text(session: AsyncSession, tenant_id: UUID, *, seller_tax_id: str, folded: str, now: datetime) -> None:
    """Look at no further receipt with the text; what was given stays given."""
    await session.exec(
        update(Rerating)
        .where(
            col(Rerating.tenant_id) == tenant_id,
            col(Rerating.seller_tax_id) == seller_tax_id,
            col(Rerating.folded) == folded,
            col(Rerating.state).in_((WAITING, RUNNING)),
        )
        .values(state=STOPPED, ended_at=now)
    )


async def stop(session: AsyncSession, actor: Actor, rerating_id: UUID, *, now: datetime) -> Rerating:
    """Look at no further receipt; twice is once, and one that is done stays done. Raises ReratingNotFound."""
    row = await lock_rerating(session, actor.tenant_id, rerating_id)
    if row is None:
        raise ReratingNotFound
    if row.state in (WAITING, RUNNING):
        before = {"state": row.state}
        row.state, row.ended_at = STOPPED, now
        session.add(row)
        after = {"state": STOPPED, "looked_at": row.looked_at}
        await record(session, actor, "text.rerating-stopped", ("rerating", row.id), before=before, after=after, now=now)
    return row


async def lock_rerating(session: AsyncSession, tenant_id: UUID, rerating_id: UUID) -> Rerating | None:
    """The rerating, held until the transaction ends; None where there is none."""
    found = await session.exec(
        select(Rerating)
        .where(Rerating.tenant_id == tenant_id, Rerating.id == rerating_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def reratings(session: AsyncSession, tenant_id: UUID, *, before: UUID | None, limit: int) -> list[Rerating]:
    """A page of them, newest first."""
    query = select(Rerating).where(Rerating.tenant_id == tenant_id)
    if before is not None:
        query = query.where(col(Rerating.id) < before)
    return list(await session.exec(query.order_by(col(Rerating.id).desc()).limit(limit)))
