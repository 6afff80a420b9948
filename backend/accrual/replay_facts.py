"""What settling knew of a member when it decided a stored receipt, read for a whole portion.

Settling knows what was settled before it, so that is what counts of earlier purchases and refunds, and of who had a code
or a coupon. What the replay itself has changed on its way goes before: codes and coupons that it spent, cards that it filled.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.asked import Asked
from backend.accrual.decision import Decision
from backend.accrual.errors import RulesFailed
from backend.accrual.facts import SIGNED_UP, Presented, as_presented, codes_spent, own_shown, presented_with
from backend.accrual.models import Award, Settlement
from backend.accrual.replay_models import Replay, ReplaySum
from backend.accrual.replay_rulings import Rulings
from backend.campaigns.codes import KeptCode, folded, free_codes, kept_codes
from backend.members.models import Member
from backend.promotions.basket import Basket
from backend.promotions.history import EarlierReceipt, Spent
from backend.promotions.outcome import Outcome
from backend.receipts.models import Receipt
from backend.rewards.models import Coupon

SPENT = "spent"
Cards = dict[str, list[int]]
"""By counter the stamps that were on the member's card, and those that would have been."""
_EARLIER = """
    from receipt r
    left join settlement s on s.tenant_id = r.tenant_id and s.receipt_id = r.id
    join receipt e on e.tenant_id = r.tenant_id and e.member_id = r.member_id and e.kind = 'sale'
        and e.state = 'settled' and e.issued_at < r.issued_at
    left join settlement es on es.tenant_id = e.tenant_id and es.receipt_id = e.id
    where r.tenant_id = :tenant and r.id = any(cast(:receipts as uuid[]))
        and coalesce(es.settled_at, e.issued_at) < coalesce(s.settled_at, r.issued_at)
"""
_PURCHASES = text(f"select r.id, count(*) {_EARLIER} group by r.id")
_BOUGHT = text(f"""
    select r.id, e.issued_at, greatest(0, e.total_minor - (
        select coalesce(sum(b.total_minor), 0)
        from receipt b join settlement bs on bs.tenant_id = b.tenant_id and bs.receipt_id = b.id
        where b.tenant_id = e.tenant_id and b.authority = e.authority and b.reference = e.fiscal_id
            and b.kind = 'refund' and b.state = 'settled' and bs.settled_at < s.settled_at))
    {_EARLIER} and e.currency = r.currency and e.issued_at >= r.issued_at - make_interval(days => :days + 2)
""")  # noqa: S608 (our tables)
_CARDS_BEFORE = text("""
    select distinct on (r.member_id, counter) r.member_id, a.stamps ->> 'counter' as counter,
        cast(a.stamps ->> 'after' as bigint)
    from receipt r join award a on a.tenant_id = r.tenant_id and a.receipt_id = r.id
    where r.tenant_id = :tenant and r.member_id = any(cast(:members as uuid[])) and r.issued_at < :before
        and a.programme_id = :programme and a.stamps <> '{}'
    order by r.member_id, counter, r.issued_at desc, a.position desc
""")


@dataclass(frozen=True, slots=True)
class Past:
    """What is known by receipt, and of `joined` by member; `settled_at` is of takers of codes and coupons as well.

    `spent` are codes with their lists, and coupons with an empty one, that the replay has used up to here.
    """

    settled_at: Mapping[UUID, datetime]
    purchases: Mapping[UUID, int]
    bought: Mapping[UUID, Sequence[EarlierReceipt]]
    joined: Mapping[UUID, datetime]
    codes: Sequence[KeptCode]
    coupons: Mapping[str, Coupon]
    spent: set[tuple[str, str]]

    def seen_by(self, receipt: Receipt, basket: Basket, asked: Asked, cards: Mapping[str, int]) -> Basket:
        """The basket with what the promotions look at, as settling saw it but for what the replay changed."""
        basket = self._with_presented(receipt, basket, asked) if receipt.presented else basket
        member = basket.member
        assert member is not None, "a receipt is a member's"
        if asked.purchases:
            member = replace(member, purchases_before=self.purchases.get(receipt.id, 0))
        if SIGNED_UP in asked.events:
            member = replace(member, events={SIGNED_UP: self.joined[receipt.member_id]})
        if asked.spent_days is not None:
            member = replace(member, spent=Spent(receipts=tuple(self.bought.get(receipt.id, ()))))
        return replace(basket, member=replace(member, stamps=cards))

    def spend(self, decision: Decision) -> list[tuple[str, str]]:
        """The single-use codes and the coupons that the replay uses up here, each with its list."""
        many = {(each.name, each.code) for each in self.codes if not each.single_use}
        used = [("", folded(code)) for one in decision.outcome.applied for code in one.used_coupons]
        for one in decision.outcome.applied:
            used += [(name, folded(code)) for name, code in codes_spent(decision, one)]
        fresh = sorted({each for each in used if each not in many})
        self.spent.update(fresh)
        return fresh

    def _with_presented(self, receipt: Receipt, basket: Basket, asked: Asked) -> Basket:
        presented = presented_with(receipt)
        own = own_shown(presented, asked)
        shown = {folded(code) for code in presented.codes}
        kept = [each for each in self.codes if each.code in shown and each.name in asked.code_lists | own.keys()]
        free = {
            name: frozenset(code for code in codes if (name, code) not in self.spent)
            for name, codes in free_codes(own, kept, lambda code: self._was_free(code.taker, receipt)).items()
        }
        return as_presented(basket, presented, asked, free, self._coupons(receipt, presented))

    def _coupons(self, receipt: Receipt, presented: Presented) -> list[str]:
        found = [self.coupons[code] for code in sorted(set(map(folded, presented.coupons))) if code in self.coupons]
        return [
            each.code
            for each in found
            if each.member_id == receipt.member_id
            and each.state != "taken_back"
            and self._was_free(each.used_by, receipt)
            and ("", each.code) not in self.spent
        ]

    def _was_free(self, taker: UUID | None, receipt: Receipt) -> bool:
        """Whether nobody else had it when the receipt was settled."""
        if taker is None or taker == receipt.id or taker not in self.settled_at:
            return True
        return receipt.id in self.settled_at and self.settled_at[taker] > self.settled_at[receipt.id]


async def read_past(session: AsyncSession, replay: Replay, receipts: Sequence[Receipt], rulings: Rulings) -> Past:
    """What the rules of these receipts look at; a fixed number of queries, and none for what no rule asks."""
    asked = await asyncio.to_thread(_asked, receipts, rulings)
    key = {"tenant": replay.tenant_id, "receipts": [row.id for row in receipts]}
    connection = await session.connection()
    purchases: dict[UUID, int] = {}
    if any(each.purchases for each in asked):
        purchases = {row[0]: row[1] for row in await connection.execute(_PURCHASES, key)}
    bought: dict[UUID, list[EarlierReceipt]] = defaultdict(list)
    days = max((each.spent_days for each in asked if each.spent_days is not None), default=None)
    if days is not None:
        for receipt_id, at, amount in await connection.execute(_BOUGHT, {**key, "days": days}):
            bought[receipt_id].append(EarlierReceipt(at=at, amount_minor=int(amount)))
    joined: dict[UUID, datetime] = {}
    if any(SIGNED_UP in each.events for each in asked):
        joined = await _joined(session, replay.tenant_id, {row.member_id for row in receipts})
    shown = [presented_with(row) for row in receipts if row.presented]
    codes = {folded(code) for each in shown for code in each.codes}
    lists = {name for each in asked for name in each.code_lists | each.own_codes.keys()}
    kept = await kept_codes(session, replay.tenant_id, lists, codes)
    coupons = await _coupons(session, replay.tenant_id, {folded(code) for each in shown for code in each.coupons})
    takers = {each.taker for each in kept} | {each.used_by for each in coupons.values()}
    return Past(
        settled_at=await _settled(session, replay.tenant_id, takers | {row.id for row in receipts}) if shown else {},
        purchases=purchases,
        bought=bought,
        joined=joined,
        codes=kept,
        coupons=coupons,
        spent=await _spent(session, replay, codes | coupons.keys()),
    )


async def cards_before(
    session: AsyncSession, replay: Replay, programme_id: UUID, members: Collection[UUID], before: datetime
) -> dict[UUID, Cards]:
    """The members' cards of stamps as the last receipt before the period left them."""
    values = {
        "tenant": replay.tenant_id,
        "programme": programme_id,
        "members": list(members),
        "before": before,
    }
    cards: dict[UUID, Cards] = defaultdict(dict)
    for member, counter, units in await (await session.connection()).execute(_CARDS_BEFORE, values):
        cards[member][counter] = [units, units]
    return cards


def carry_cards(cards: Cards, rows: Sequence[Award]) -> dict[str, int]:
    """What is on each card when the receipt of these awards comes: what settling found there, and what the replay moved."""
    for counter, (before, _) in _moves(rows).items():
        was, would = cards.get(counter, (0, 0))
        cards[counter] = [before, max(0, before + would - was)]
    return {counter: would for counter, (_, would) in cards.items()}


def move_cards(cards: Cards, rows: Sequence[Award], outcome: Outcome | None) -> None:
    """Move the cards by what the receipt did then, and by what it would have done."""
    for counter, (_, moved) in _moves(rows).items():
        cards[counter][0] += moved
    for one in outcome.applied if outcome else ():
        if one.stamps is not None:
            card = cards.setdefault(one.stamps.counter, [0, 0])
            card[1] = max(0, card[1] + one.stamps.after - one.stamps.before)


def _moves(rows: Sequence[Award]) -> dict[str, tuple[int, int]]:
    """By counter what settling found on the card, and by how much it moved it."""
    moves: dict[str, tuple[int, int]] = {}
    for stamps in (row.stamps for row in rows if row.stamps):
        before, moved = moves.get(stamps["counter"], (stamps["before"], 0))
        moves[stamps["counter"]] = before, moved + stamps["after"] - stamps["before"]
    return moves


def _asked(receipts: Sequence[Receipt], rulings: Rulings) -> list[Asked]:
    """What each set of rules looks at; one that breaks looks at nothing, and its receipts are counted as broken."""
    found: dict[int, Asked] = {}
    for said in {id(each.said): each.said for each in map(rulings.at, receipts)}.values():
        try:
            found[id(said)] = said.asked
        except RulesFailed:
            continue
    return list(found.values())


async def _joined(session: AsyncSession, tenant_id: UUID, members: Collection[UUID]) -> dict[UUID, datetime]:
    found = await session.exec(
        select(Member.id, Member.created_at).where(Member.tenant_id == tenant_id, col(Member.id).in_(members))
    )
    return dict(found.all())


async def _coupons(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> dict[str, Coupon]:
    if not codes:
        return {}
    found = await session.exec(select(Coupon).where(Coupon.tenant_id == tenant_id, col(Coupon.code).in_(codes)))
    return {row.code: row for row in found}


async def _settled(session: AsyncSession, tenant_id: UUID, receipts: Collection[UUID | None]) -> dict[UUID, datetime]:
    found = await session.exec(
        select(Settlement.receipt_id, Settlement.settled_at).where(
            Settlement.tenant_id == tenant_id, col(Settlement.receipt_id).in_(receipts)
        )
    )
    return dict(found.all())


async def _spent(session: AsyncSession, replay: Replay, codes: Collection[str]) -> set[tuple[str, str]]:
    if not codes:
        return set()
    found: Any = await session.exec(
        select(ReplaySum.name, ReplaySum.measure).where(
            ReplaySum.tenant_id == replay.tenant_id,
            ReplaySum.replay_id == replay.id,
            ReplaySum.of == SPENT,
            col(ReplaySum.measure).in_(codes),
        )
    )
    return {(name, code) for name, code in found}
