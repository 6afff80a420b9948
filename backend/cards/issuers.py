"""Prefixes of card numbers: each is one tenant's, and none begins another, whichever tenants register at once.

The database refuses overlaps by itself: a prefix is a range of numbers, and ranges exclude each other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cards.errors import CardIssuerNotFound, CardPrefixTaken
from backend.cards.models import CardIssuer
from backend.cards.numbers import check_prefix, span
from backend.kit.audit import Actor, record


async def register(session: AsyncSession, actor: Actor, prefix: str, *, now: datetime) -> CardIssuer:
    """Make the prefix the tenant's for good.

    Raises CardPrefixMalformed, or CardPrefixTaken when it overlaps with any that is registered, the tenant's own too.
    """
    check_prefix(prefix)
    first, last = span(prefix)
    row: dict[str, Any] = {
        "prefix": prefix,
        "tenant_id": actor.tenant_id,
        "first_number": first,
        "last_number": last,
        "created_at": now,
    }
    taken = await session.exec(
        insert(CardIssuer).on_conflict_do_nothing().returning(col(CardIssuer.prefix)), params=row
    )
    if taken.first() is None:
        raise CardPrefixTaken(prefix=prefix)
    after = {"prefix": prefix}
    await record(session, actor, "card.prefix-registered", ("tenant", actor.tenant_id), after=after, now=now)
    return CardIssuer(**row)


async def issuers(session: AsyncSession, tenant_id: UUID) -> list[CardIssuer]:
    """The tenant's prefixes, the oldest first."""
    found = await session.exec(
        select(CardIssuer)
        .where(CardIssuer.tenant_id == tenant_id)
        .order_by(col(CardIssuer.created_at), col(CardIssuer.prefix))
    )
    return list(found)


async def prefix_of(session: AsyncSession, tenant_id: UUID, prefix: str | None) -> str:
    """The tenant's own prefix: the one named, or its oldest. Raises CardIssuerNotFound."""
    own = [row.prefix for row in await issuers(session, tenant_id)]
    if not own or prefix not in {None, *own}:
        raise CardIssuerNotFound
    return prefix or own[0]
