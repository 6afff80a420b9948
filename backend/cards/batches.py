"""Batches of numbers for cards that nobody has yet: so many distinct ones, all in one transaction or none.

Whoever makes numbers under one prefix waits for the other, so that both count what is left of it.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cards.errors import CardNumbersExhausted, CardPointsMalformed
from backend.cards.issuers import prefix_of
from backend.cards.models import Card, CardBatch
from backend.cards.numbers import capacity, random_number, span
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.programmes.queries import programme_called

COUNT_MAX = 1_000_000
"""Of one batch; what a batch of this size takes stands in the page about cards."""
_PORTION = 10_000
_POINTS = re.compile(r"(?P<whole>[0-9]{1,12})(?:[.,](?P<part>[0-9]{1,2}))?", re.ASCII)
_SHOWN_MAX = 32
_ADD = text("""
    insert into card (tenant_id, id, number, state, form, batch_id, created_at)
    select :tenant, id, number, 'unassigned', 'plastic', :batch, :now
    from unnest(cast(:ids as uuid[]), cast(:numbers as text[])) as made (id, number)
    on conflict (tenant_id, number) do nothing
""")


@dataclass(frozen=True, slots=True)
class Prize:
    """What each card of a batch is loaded with: points in the programme's smallest unit, at least 1."""

    programme_id: UUID
    points: int


async def prize_of(session: AsyncSession, tenant_id: UUID, points: str, programme: str | None) -> Prize:
    """The prize of so many points, a decimal number as people write it, of the programme of that code or the first.

    Raises ProgrammeNotFound or CardPointsMalformed.
    """
    row = await programme_called(session, tenant_id, programme)
    found = _POINTS.fullmatch(points.strip())
    part = (found["part"] or "") if found else ""
    units = int(found["whole"] + part.ljust(row.points_decimals, "0")) if found else 0
    if units == 0 or len(part) > row.points_decimals:
        raise CardPointsMalformed(points=points[:_SHOWN_MAX])
    return Prize(row.id, units)


async def make_batch(
    session: AsyncSession,
    actor: Actor,
    count: int,
    *,
    prefix: str | None = None,
    prize: Prize | None = None,
    now: datetime,
    on_portion: Callable[[int], None] = lambda _: None,
) -> CardBatch:
    """So many new unassigned cards under the tenant's prefix, its oldest if none is named; `on_portion` hears how many.

    Raises CardIssuerNotFound, or CardNumbersExhausted when more than half of the prefix's numbers would be in use.
    """
    assert 0 < count <= COUNT_MAX, "a batch has a size"
    prefix = await prefix_of(session, actor.tenant_id, prefix)
    await _reserve(session, actor.tenant_id, prefix, count)
    batch = CardBatch(
        tenant_id=actor.tenant_id,
        id=new_id(),
        prefix=prefix,
        count=count,
        points=prize.points if prize else None,
        programme_id=prize.programme_id if prize else None,
        created_by=actor.account_id,
        created_at=now,
    )
    session.add(batch)
    await session.flush()  # cards point to it
    made = 0
    while made < count:
        made += await _add(session, batch, min(count - made, _PORTION), now)
        on_portion(made)
    after = {"prefix": prefix, "count": count, "points": batch.points}
    await record(session, actor, "card.batch-made", ("card-batch", batch.id), after=after, now=now)
    return batch


async def _reserve(session: AsyncSession, tenant_id: UUID, prefix: str, count: int) -> None:
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"cards:{prefix}"}
    )
    first, last = span(prefix)
    used = await session.exec(
        select(func.count())
        .select_from(Card)
        .where(Card.tenant_id == tenant_id, col(Card.number).between(str(first), str(last)))
    )
    left = capacity(prefix) // 2 - used.one()
    if count > left:
        raise CardNumbersExhausted(prefix=prefix, left=str(max(left, 0)))


async def _add(session: AsyncSession, batch: CardBatch, count: int, now: datetime) -> int:
    """Add up to so many cards; how many were new. Numbers that were drawn twice are left out."""
    numbers = sorted({random_number(batch.prefix) for _ in range(count)})
    added = await (await session.connection()).execute(
        _ADD,
        {
            "tenant": batch.tenant_id,
            "batch": batch.id,
            "now": now,
            "ids": [new_id() for _ in numbers],
            "numbers": numbers,
        },
    )
    return int(added.rowcount)
