"""Who stands at the till: by a card's number in any way it is read, by another medium's value, or by a phone number.

Every look-up is counted before anything is compared, and written down with what came of it, a refused one too: the
caller commits and raises the refusal afterwards. This is the one door from a card to an account, for earning and for
spending alike, so a card that is blocked can do neither.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cards.errors import CardBlocked, CardUnassigned, CardUnknown, TooManyLookups
from backend.cards.models import BLOCKED, PAUSED, Card, CardIdentification
from backend.cards.presented import Presented, read_presented
from backend.cards.queries import card_by_medium, card_numbered
from backend.kit.audit import Actor
from backend.kit.errors import ParagonError
from backend.kit.ids import new_id
from backend.kit.limits import Limit, Take, take
from backend.members.contacts import contact_hash
from backend.members.models import Member
from backend.members.queries import member

PER_ACCOUNT = Limit("card-lookups-account", 300, 600)
"""A till serves a customer every two seconds at most; whoever tries numbers out is faster."""
PER_TENANT = Limit("card-lookups-tenant", 30_000, 600)
_IDENTIFIED = "identified"


@dataclass(frozen=True, slots=True)
class Identified:
    """Whom the text stands for, and by which card; or, with `refusal`, why nobody's account is opened by it."""

    member: Member | None = None
    card: Card | None = None
    refusal: ParagonError | None = None


async def identify(session: AsyncSession, actor: Actor, text: str, *, key: bytes, now: datetime) -> Identified:
    """Look up what was typed, swiped, scanned or read, and write down that it was. Raises TooManyLookups.

    The refusal that it may hold is to be raised once this transaction is committed, so that it stays written.
    """
    wait_s = await take(
        session,
        key,
        [
            Take(PER_ACCOUNT, f"{actor.tenant_id}\0{actor.account_id}"),
            Take(PER_TENANT, str(actor.tenant_id)),
        ],
        now=now,
    )
    if wait_s is not None:
        raise TooManyLookups(retry_after_s=wait_s)
    presented = read_presented(text)
    found = await _looked_up(session, actor.tenant_id, presented, key)
    session.add(
        CardIdentification(
            tenant_id=actor.tenant_id,
            id=new_id(),
            at=now,
            account_id=actor.account_id,
            means=presented.means,
            tail=presented.tail,
            outcome=found.refusal.code if found.refusal else _IDENTIFIED,
            card_id=found.card.id if found.card else None,
            member_id=found.member.id if found.member else None,
        )
    )
    return found


async def _looked_up(session: AsyncSession, tenant_id: UUID, presented: Presented, key: bytes) -> Identified:
    card = await _card(session, tenant_id, presented)
    if card is not None:
        return await _opened(session, card)
    if presented.phone is None:
        return Identified(refusal=CardUnknown())
    by_hash = col(Member.phone_hash) == contact_hash(key, presented.phone)
    found = (await session.exec(select(Member).where(Member.tenant_id == tenant_id, by_hash))).one_or_none()
    return Identified(found) if found is not None else Identified(refusal=CardUnknown())


async def _card(session: AsyncSession, tenant_id: UUID, presented: Presented) -> Card | None:
    card = await card_numbered(session, tenant_id, presented.number) if presented.number else None
    if card is None and presented.value:
        card = await card_by_medium(session, tenant_id, presented.value)
    return card


async def _opened(session: AsyncSession, card: Card) -> Identified:
    if card.state in {PAUSED, BLOCKED}:
        return Identified(card=card, refusal=CardBlocked())
    if card.member_id is None:
        return Identified(card=card, refusal=CardUnassigned())
    return Identified(await member(session, card.tenant_id, card.member_id), card)
