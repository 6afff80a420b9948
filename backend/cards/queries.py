"""Questions about cards, and the cards that are held for a change."""

from collections.abc import AsyncIterator
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cards.errors import CardBatchNotFound, CardUnknown
from backend.cards.models import Card, CardBatch, CardIdentification, CardMedium

_STREAMED_ROWS = 2000


async def card_numbered(session: AsyncSession, tenant_id: UUID, number: str) -> Card | None:
    """The tenant's card of that number, sixteen digits, whatever its state."""
    found = await session.exec(select(Card).where(Card.tenant_id == tenant_id, Card.number == number))
    return found.one_or_none()


async def card(session: AsyncSession, tenant_id: UUID, number: str) -> Card:
    """The same. Raises CardUnknown."""
    row = await card_numbered(session, tenant_id, number)
    if row is None:
        raise CardUnknown
    return row


async def card_by_medium(session: AsyncSession, tenant_id: UUID, value: str) -> Card | None:
    """The card that carries the value, folded as media are kept."""
    found = await session.exec(
        select(Card)
        .join(CardMedium, (col(CardMedium.tenant_id) == Card.tenant_id) & (col(CardMedium.card_id) == Card.id))
        .where(CardMedium.tenant_id == tenant_id, CardMedium.value == value)
    )
    return found.one_or_none()


async def lock_card(session: AsyncSession, tenant_id: UUID, number: str) -> Card:
    """The card, held until the transaction ends. Raises CardUnknown."""
    found = await session.exec(
        select(Card)
        .where(Card.tenant_id == tenant_id, Card.number == number)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        raise CardUnknown
    return row


async def lock_own_card(session: AsyncSession, tenant_id: UUID, member_id: UUID, number: str) -> Card:
    """The member's card, held until the transaction ends. Raises CardUnknown, for another member's as well."""
    row = await lock_card(session, tenant_id, number)
    if row.member_id != member_id:
        raise CardUnknown
    return row


async def cards_of(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> list[Card]:
    """The member's cards, the newest first, blocked ones included."""
    found = await session.exec(
        select(Card).where(Card.tenant_id == tenant_id, Card.member_id == member_id).order_by(col(Card.id).desc())
    )
    return list(found)


async def successor(session: AsyncSession, tenant_id: UUID, card_id: UUID) -> Card | None:
    """The card that was issued for this one."""
    found = await session.exec(select(Card).where(Card.tenant_id == tenant_id, Card.replaces == card_id))
    return found.one_or_none()


async def media_of(session: AsyncSession, tenant_id: UUID, card_id: UUID) -> list[CardMedium]:
    """What readers give for the card beside its number, the oldest first."""
    found = await session.exec(
        select(CardMedium)
        .where(CardMedium.tenant_id == tenant_id, CardMedium.card_id == card_id)
        .order_by(col(CardMedium.created_at), col(CardMedium.value))
    )
    return list(found)


async def batches(session: AsyncSession, tenant_id: UUID) -> list[CardBatch]:
    """The tenant's batches, the newest first."""
    found = await session.exec(
        select(CardBatch).where(CardBatch.tenant_id == tenant_id).order_by(col(CardBatch.id).desc())
    )
    return list(found)


async def batch(session: AsyncSession, tenant_id: UUID, batch_id: UUID) -> CardBatch:
    """The batch. Raises CardBatchNotFound."""
    found = await session.exec(select(CardBatch).where(CardBatch.tenant_id == tenant_id, CardBatch.id == batch_id))
    row = found.one_or_none()
    if row is None:
        raise CardBatchNotFound
    return row


async def numbers_of_batch(session: AsyncSession, tenant_id: UUID, batch_id: UUID) -> AsyncIterator[str]:
    """The numbers of the batch in ascending order, read a few thousand at a time."""
    rows = await session.stream_scalars(
        select(Card.number)
        .where(Card.tenant_id == tenant_id, Card.batch_id == batch_id)
        .order_by(col(Card.number))
        .execution_options(yield_per=_STREAMED_ROWS)
    )
    async for number in rows:
        yield number


async def identifications(session: AsyncSession, tenant_id: UUID, *, limit: int) -> list[CardIdentification]:
    """Who was looked up last."""
    found = await session.exec(
        select(CardIdentification)
        .where(CardIdentification.tenant_id == tenant_id)
        .order_by(col(CardIdentification.id).desc())
        .limit(limit)
    )
    return list(found)
