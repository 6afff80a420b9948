"""What happens to a card: assigned to a member once, paused, blocked for good, issued anew.

Points belong to the member, so they stay where they are when a card is blocked and another takes its place. A card's
row is held while it changes; whoever comes at the same time finds it changed.
"""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.cards.errors import (
    CardAssigned,
    CardBlocked,
    CardMediumMalformed,
    CardMediumTaken,
    CardNumbersExhausted,
    CardReissueRefused,
    CardUnassigned,
)
from backend.cards.issuers import issuers, prefix_of
from backend.cards.models import ACTIVE, BLOCKED, PAUSED, UNASSIGNED, Card, CardMedium
from backend.cards.numbers import plain, random_number
from backend.cards.presented import VALUE_LENGTH_MAX, VALUE_LENGTH_MIN, folded
from backend.cards.queries import batch, card_numbered, lock_card, lock_own_card, successor
from backend.cards.runs import Wish, order, take_turn
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.ledger.service import earn
from backend.members.queries import member

Reason = Literal["lost", "rules", "ended"]
MediumKind = Literal["barcode", "magnetic", "rf", "smart", "digital"]
_DRAWS_MAX = 20
"""With at most half of the numbers in use, twenty draws in a row that are all taken come once in a million."""


async def bind(session: AsyncSession, actor: Actor, number: str, member_id: UUID, *, now: datetime) -> Card:
    """Assign an unassigned card to the member, exactly once whoever comes at the same time; a prize card brings its points.

    Raises CardUnknown, MemberNotFound, CardAssigned, for its own member too, or CardBlocked.
    """
    row = await lock_card(session, actor.tenant_id, number)
    if row.state == BLOCKED:
        raise CardBlocked
    if row.state != UNASSIGNED:
        raise CardAssigned
    await member(session, actor.tenant_id, member_id)
    before = document(row)
    row.state, row.member_id, row.bound_at = ACTIVE, member_id, now
    session.add(row)
    await session.flush()
    await _load_prize(session, row, now)
    await _note(session, actor, "card.bound", row, before, now)
    return row


async def issue(
    session: AsyncSession,
    actor: Actor,
    member_id: UUID,
    *,
    wish: Wish | None,
    prefix: str | None = None,
    key: bytes,
    now: datetime,
) -> Card:
    """A card of the member's own with a new number, good at once: digital, or with a wish, printed and posted.

    `key` seals the address. Raises MemberNotFound, CardIssuerNotFound, CardNumbersExhausted, CardNameMalformed.
    """
    await member(session, actor.tenant_id, member_id)
    await take_turn(session, actor.tenant_id)
    prefix = await prefix_of(session, actor.tenant_id, prefix)
    row = await _new_card(session, actor.tenant_id, prefix, member_id, form="plastic" if wish else "digital", now=now)
    if wish is not None:
        await order(session, actor, row, wish, key=key, now=now)
    await _note(session, actor, "card.issued", row, {}, now)
    return row


async def block(session: AsyncSession, actor: Actor, number: str, reason: Reason, *, now: datetime) -> Card:
    """Block the card for good, an unassigned one too; again for the same reason is once. Raises CardUnknown, CardBlocked."""
    row = await lock_card(session, actor.tenant_id, number)
    return await _block(session, actor, row, reason, now)


async def report_lost(session: AsyncSession, tenant_id: UUID, member_id: UUID, number: str, *, now: datetime) -> Card:
    """The member's own report: the card is blocked with it. Twice is once. Raises CardUnknown, CardBlocked."""
    row = await lock_own_card(session, tenant_id, member_id, number)
    return await _block(session, Actor(tenant_id, None), row, "lost", now, by="member")


async def pause(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, number: str, *, paused: bool, now: datetime
) -> Card:
    """Block the member's own card for a while, or let it work again; twice is once. Raises CardUnknown, CardBlocked."""
    row = await lock_own_card(session, tenant_id, member_id, number)
    if row.state == BLOCKED:
        raise CardBlocked
    wanted = PAUSED if paused else ACTIVE
    if row.state != wanted:
        before = document(row)
        row.state = wanted
        session.add(row)
        actor = Actor(tenant_id, None)
        await _note(session, actor, "card.paused" if paused else "card.resumed", row, before, now, by="member")
    return row


async def reissue(
    session: AsyncSession, actor: Actor, number: str, *, wish: Wish | None, key: bytes, now: datetime
) -> Card:
    """A new number for a lost card, once; the old card stays blocked, and is blocked as lost if it was not yet.

    The wallet is the member's: what the old card opened, the new one opens. Raises CardUnknown, CardUnassigned,
    CardReissueRefused, CardNumbersExhausted, CardNameMalformed.
    """
    old = await lock_card(session, actor.tenant_id, number)
    if old.member_id is None:
        raise CardUnassigned
    if old.blocked_for not in {None, "lost"} or await successor(session, actor.tenant_id, old.id) is not None:
        raise CardReissueRefused
    await take_turn(session, actor.tenant_id)
    before = document(old)
    _set_blocked(session, old, "lost", now)
    own = [row.prefix for row in await issuers(session, actor.tenant_id) if number.startswith(row.prefix)]
    assert len(own) == 1, "a card's number begins with one registered prefix"
    form = "plastic" if wish else "digital"
    row = await _new_card(session, actor.tenant_id, own[0], old.member_id, form=form, replaces=old.id, now=now)
    if wish is not None:
        await order(session, actor, row, wish, key=key, now=now)
    after = {"old": document(old), "new": str(row.id)}
    await record(session, actor, "card.reissued", ("card", old.id), before={"old": before}, after=after, now=now)
    return row


async def attach(
    session: AsyncSession, actor: Actor, number: str, kind: MediumKind, value: str, *, now: datetime
) -> CardMedium:
    """Let the card be known by another value that a reader gives; for the same card again is once.

    Raises CardUnknown, CardBlocked, CardMediumMalformed, and CardMediumTaken for another card's value or a card's number.
    """
    row = await lock_card(session, actor.tenant_id, number)
    if row.state == BLOCKED:
        raise CardBlocked
    kept = folded(value)
    if not kept or kept.startswith("+"):
        raise CardMediumMalformed(least=str(VALUE_LENGTH_MIN), most=str(VALUE_LENGTH_MAX))
    same_as = plain(kept)
    if same_as is not None and await card_numbered(session, actor.tenant_id, same_as) is not None:
        raise CardMediumTaken
    medium: dict[str, Any] = {
        "tenant_id": row.tenant_id,
        "value": kept,
        "card_id": row.id,
        "kind": kind,
        "created_at": now,
    }
    added = await session.exec(
        insert(CardMedium).on_conflict_do_nothing().returning(col(CardMedium.value)), params=medium
    )
    if added.first() is not None:
        await _note(session, actor, "card.medium-attached", row, document(row), now, medium=kind)
        return CardMedium(**medium)
    there = await session.get(CardMedium, (row.tenant_id, kept))
    if there is None or there.card_id != row.id:
        raise CardMediumTaken
    return there


def document(row: Card) -> dict[str, Any]:
    """What the audit trail keeps of a card: no number, which would open somebody's account."""
    owner = str(row.member_id) if row.member_id else None
    return {"state": row.state, "member": owner, "blocked_for": row.blocked_for, "form": row.form}


async def _block(session: AsyncSession, actor: Actor, row: Card, reason: Reason, now: datetime, **by: str) -> Card:
    if row.state == BLOCKED:
        if row.blocked_for != reason:
            raise CardBlocked
        return row
    before = document(row)
    _set_blocked(session, row, reason, now)
    await _note(session, actor, "card.blocked", row, before, now, **by)
    return row


def _set_blocked(session: AsyncSession, row: Card, reason: Reason, now: datetime) -> None:
    if row.state != BLOCKED:
        row.state, row.blocked_for, row.blocked_at = BLOCKED, reason, now
        session.add(row)


async def _load_prize(session: AsyncSession, row: Card, now: datetime) -> None:
    """Give what a prize card brings: the card's number names the earn, so that it comes once."""
    made = await batch(session, row.tenant_id, row.batch_id) if row.batch_id else None
    if made is None or made.points is None or made.programme_id is None or row.member_id is None:
        return
    await earn(
        session,
        tenant_id=row.tenant_id,
        programme_id=made.programme_id,
        member_id=row.member_id,
        points=made.points,
        reference=f"card:{row.number}",
        event_at=now,
        now=now,
    )


async def _new_card(
    session: AsyncSession,
    tenant_id: UUID,
    prefix: str,
    member_id: UUID,
    *,
    form: str,
    replaces: UUID | None = None,
    now: datetime,
) -> Card:
    """An active card with a number that nobody has. Raises CardNumbersExhausted."""
    values: dict[str, Any] = {
        "tenant_id": tenant_id,
        "id": new_id(),
        "state": ACTIVE,
        "form": form,
        "member_id": member_id,
        "bound_at": now,
        "replaces": replaces,
        "created_at": now,
    }
    for _ in range(_DRAWS_MAX):
        values["number"] = random_number(prefix)
        free = insert(Card).on_conflict_do_nothing(index_elements=["tenant_id", "number"])
        if (await session.exec(free.returning(col(Card.number)), params=values)).first() is not None:
            return await lock_card(session, tenant_id, values["number"])
    raise CardNumbersExhausted(prefix=prefix, left="0")


async def _note(
    session: AsyncSession, actor: Actor, action: str, row: Card, before: dict[str, Any], now: datetime, **more: str
) -> None:
    after = {**document(row), **more}
    await record(session, actor, action, ("card", row.id), before=before, after=after, now=now)
