"""Print runs: cards with a name wait until enough have gathered, or until staff send them off; then they go together.

Whoever orders or sends off takes the tenant's turn first, so that a card goes into exactly one run.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from backend.cards.errors import CardNameMalformed, CardRunEmpty, CardRunNotFound
from backend.cards.models import BLOCKED, Card, CardOrder, CardRun
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.kit.sealing import seal, unseal
from backend.members.models import Member
from backend.members.queries import member
from backend.programmes.queries import tenant

RUN_MIN = 200
"""How many waiting cards make a run by themselves, unless the tenant's `card_run_min` says otherwise."""
CARD_NAME_LENGTH_MAX = 26
"""What fits on a card and on its magnetic track."""
_SEALED = "card-post"
_SEND_OFF = text("""
    update card_order set run_id = :run where tenant_id = :tenant and card_id = any(cast(:cards as uuid[]))
""")


@dataclass(frozen=True, slots=True)
class Post:
    """Where a card is sent, as it is written on the envelope."""

    street: str
    postal_code: str
    city: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """A plastic card to be printed with the name, the member's own unless another is given, and posted there."""

    name: str | None
    post: Post


@dataclass(frozen=True, slots=True)
class Printed:
    """A card of a run: what is printed on it, where it goes, and in which language it is written to."""

    number: str
    name: str
    language: str
    post: Post


async def take_turn(session: AsyncSession, tenant_id: UUID) -> None:
    """Hold the tenant's orders until the transaction ends; taken before anything is written to the audit trail."""
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"card-orders:{tenant_id}"}
    )


async def order(session: AsyncSession, actor: Actor, card: Card, wish: Wish, *, key: bytes, now: datetime) -> None:
    """Let the card wait for the printer; the run is made when enough wait with it. Raises CardNameMalformed.

    The caller has the tenant's turn. `key` seals the address.
    """
    owner = await member(session, card.tenant_id, _owner(card))
    name = " ".join((wish.name or owner.name).split()).upper()
    if not (0 < len(name) <= CARD_NAME_LENGTH_MAX and name.isprintable()):
        raise CardNameMalformed(most=str(CARD_NAME_LENGTH_MAX))
    session.add(
        CardOrder(
            tenant_id=card.tenant_id,
            card_id=card.id,
            name=name,
            post_sealed=seal(key, _SEALED, json.dumps(asdict(wish.post), ensure_ascii=False)),
            created_at=now,
        )
    )
    await session.flush()  # it is counted among those that wait
    run_min = (await tenant(session, actor.tenant_id)).settings.get("card_run_min", RUN_MIN)
    if await count_waiting(session, actor.tenant_id) >= run_min:
        await _make(session, actor, "enough", now)


async def make_run(session: AsyncSession, actor: Actor, *, now: datetime) -> CardRun:
    """Send off whatever waits, however little. Raises CardRunEmpty."""
    await take_turn(session, actor.tenant_id)
    return await _make(session, actor, "staff", now)


async def count_waiting(session: AsyncSession, tenant_id: UUID) -> int:
    """How many cards wait for the printer."""
    return (await session.exec(select(func.count()).select_from(_waiting(tenant_id).subquery()))).one()


async def runs(session: AsyncSession, tenant_id: UUID) -> list[CardRun]:
    """The tenant's print runs, the newest first."""
    found = await session.exec(select(CardRun).where(CardRun.tenant_id == tenant_id).order_by(col(CardRun.id).desc()))
    return list(found)


async def printed(session: AsyncSession, tenant_id: UUID, run_id: UUID, *, key: bytes) -> list[Printed]:
    """The run's cards by number, without those that were blocked meanwhile. Raises CardRunNotFound."""
    run = await session.exec(select(CardRun.id).where(CardRun.tenant_id == tenant_id, CardRun.id == run_id))
    if run.one_or_none() is None:
        raise CardRunNotFound
    found = await session.exec(
        select(Card.number, CardOrder, Member.language)
        .select_from(CardOrder)
        .join(Card, (col(Card.tenant_id) == CardOrder.tenant_id) & (col(Card.id) == CardOrder.card_id))
        .join(Member, (col(Member.tenant_id) == Card.tenant_id) & (col(Member.id) == Card.member_id))
        .where(CardOrder.tenant_id == tenant_id, CardOrder.run_id == run_id, Card.state != BLOCKED)
        .order_by(col(Card.number))
    )
    return [
        Printed(number, row.name, language, Post(**json.loads(unseal(key, _SEALED, row.post_sealed))))
        for number, row, language in found
    ]


def _owner(card: Card) -> UUID:
    assert card.member_id is not None, "a card is ordered for somebody"
    return card.member_id


async def _make(session: AsyncSession, actor: Actor, cause: str, now: datetime) -> CardRun:
    waiting = list(await session.exec(_waiting(actor.tenant_id)))
    if not waiting:
        raise CardRunEmpty
    run = CardRun(
        tenant_id=actor.tenant_id,
        id=new_id(),
        cards=len(waiting),
        cause=cause,
        created_by=actor.account_id,
        created_at=now,
    )
    session.add(run)
    await session.flush()  # orders point to it
    going = {"tenant": actor.tenant_id, "run": run.id, "cards": waiting}
    await (await session.connection()).execute(_SEND_OFF, going)
    after = {"cards": run.cards, "cause": cause}
    await record(session, actor, "card.run-made", ("card-run", run.id), after=after, now=now)
    return run


def _waiting(tenant_id: UUID) -> SelectOfScalar[UUID]:
    """The cards that wait; one that was blocked before it was printed never will be."""
    return (
        select(CardOrder.card_id)
        .join(Card, (col(Card.tenant_id) == CardOrder.tenant_id) & (col(Card.id) == CardOrder.card_id))
        .where(CardOrder.tenant_id == tenant_id, col(CardOrder.run_id).is_(None), Card.state != BLOCKED)
    )
