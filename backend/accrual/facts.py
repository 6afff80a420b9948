"""What settling knows of a member beyond the receipt: cards of stamps, earlier purchases, and the codes and coupons presented.

Nothing is asked that no promotion looks at. Codes and coupons are locked before anything limited is taken, in one order,
so that whoever comes at the same time waits and then sees them used.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.asked import Asked, conditions_of
from backend.accrual.decision import Decision
from backend.accrual.rules import ProgrammeRules
from backend.campaigns.codes import folded, release_codes, spend
from backend.campaigns.presenting import hold_codes, keep_own, own_list, usable
from backend.members.queries import member
from backend.promotions.basket import Basket
from backend.promotions.conditions.code import Code
from backend.promotions.history import EarlierReceipt, Spent
from backend.promotions.outcome import Applied
from backend.receipts.history import purchases_before, spent_between
from backend.receipts.models import Receipt
from backend.rewards.coupons import hold_coupons, lock_coupons, release_coupons, spend_coupons
from backend.rewards.queries import stamps_of

SIGNED_UP = "signed_up"
_A_DAY = timedelta(days=1)
_LEAST_DAY = date(1, 12, 31).toordinal()
"""Before which no moment is asked for: another offset could not tell it."""


@dataclass(frozen=True, slots=True)
class Presented:
    """The codes and coupons that came with a submission, as they were written."""

    codes: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()

    def rows(self) -> list[dict[str, str]]:
        """As the receipt keeps them."""
        return [{"as": "code", "text": each} for each in self.codes] + [
            {"as": "coupon", "text": each} for each in self.coupons
        ]


NOTHING = Presented()


def presented_with(receipt: Receipt) -> Presented:
    """What came with the receipt."""
    said = {kind: tuple(row["text"] for row in receipt.presented if row["as"] == kind) for kind in ("code", "coupon")}
    return Presented(said["code"], said["coupon"])


async def hold_presented(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, presented: Presented, receipt_id: UUID
) -> None:
    """Keep what is still free of it for the receipt until that is decided."""
    if presented.codes:
        await hold_codes(session, tenant_id, presented.codes, receipt_id)
    if presented.coupons:
        await hold_coupons(session, tenant_id, member_id, presented.coupons, receipt_id)


async def release_presented(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> None:
    """Let go what the receipt holds and has not spent."""
    await release_codes(session, tenant_id, receipt_id)
    await release_coupons(session, tenant_id, receipt_id)


async def with_facts(
    session: AsyncSession, receipt: Receipt, said: ProgrammeRules, basket: Basket, *, now: datetime
) -> Basket:
    """The basket with all that the programme's promotions look at. Raises RulesFailed."""
    if receipt.presented:
        basket = await _presented(session, receipt, basket, said.asked, now=now)
    if basket.member is None:
        return basket
    if said.asked.stamps:
        await _await_turn(session, receipt.tenant_id, receipt.member_id)
    known = await member_facts(session, receipt.tenant_id, receipt.member_id, said, basket, at=receipt.issued_at)
    return replace(basket, member=replace(basket.member, **known))


async def spend_used(session: AsyncSession, receipt: Receipt, decisions: Iterable[Decision]) -> None:
    """Spend what the applied promotions used, and let go what no promotion did."""
    if not receipt.presented:
        return
    for each in decisions:
        for one in each.outcome.applied:
            await spend_coupons(session, receipt.tenant_id, one.used_coupons, receipt.id)
            for name, code in codes_spent(each, one):
                has_it = await spend(session, receipt.tenant_id, name, code, receipt.id)
                assert has_it, "what a promotion used was locked"
    await release_presented(session, receipt.tenant_id, receipt.id)


def codes_spent(decision: Decision, applied: Applied) -> Iterator[tuple[str, str]]:
    """The codes that the promotion used up, each with its list."""
    for condition in conditions_of(decision.said.by_id[applied.promotion].spending, Code):
        for code in applied.used_codes:
            if isinstance(condition.codes, str):
                yield condition.codes, code
            elif condition.single_use and code.casefold() in condition.codes:
                yield own_list(decision.campaign_of(applied.promotion), applied.promotion), code


def own_shown(presented: Presented, asked: Asked) -> dict[str, frozenset[str]]:
    """Those of the codes that promotions write out themselves for a single use, by the list that each is kept under."""
    shown = {code.strip().casefold() for code in presented.codes}
    return {name: codes & shown for name, codes in asked.own_codes.items() if codes & shown}


def as_presented(
    basket: Basket, presented: Presented, asked: Asked, free: Mapping[str, frozenset[str]], coupons: Iterable[str]
) -> Basket:
    """The basket with what of it is free: codes by their lists, and coupons. A promotion's own code that is not is gone."""
    own = own_shown(presented, asked)
    gone = {code for name, codes in own.items() for code in map(folded, codes) if code not in free[name]}
    return replace(
        basket,
        codes=tuple(code for code in presented.codes if folded(code) not in gone),
        coupons=tuple(coupons),
        code_lists={name: frozenset(code.casefold() for code in codes) for name, codes in free.items()},
    )


async def _presented(session: AsyncSession, receipt: Receipt, basket: Basket, asked: Asked, *, now: datetime) -> Basket:
    presented, tenant_id = presented_with(receipt), receipt.tenant_id
    own = own_shown(presented, asked)
    for name, codes in sorted(own.items()):
        await keep_own(session, tenant_id, name, codes, now=now)
    names = asked.code_lists | own.keys()
    free = await usable(session, tenant_id, names, presented.codes, receipt.id) if presented.codes and names else {}
    coupons: list[str] = []
    if presented.coupons and asked.coupons:
        coupons = await lock_coupons(session, tenant_id, receipt.member_id, presented.coupons, receipt.id)
    return as_presented(basket, presented, asked, free, coupons)


async def member_facts(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, said: ProgrammeRules, basket: Basket, *, at: datetime
) -> dict[str, Any]:
    """What the programme's promotions look at of the member's past before that moment, as fields of MemberFacts."""
    asked, known = said.asked, dict[str, Any]()
    if asked.stamps:
        known["stamps"] = await stamps_of(session, tenant_id, said.programme.id, member_id)
    if asked.purchases:
        known["purchases_before"] = await purchases_before(session, tenant_id, member_id, at)
    if SIGNED_UP in asked.events:
        known["events"] = {SIGNED_UP: (await member(session, tenant_id, member_id)).created_at}
    if asked.spent_days is not None:
        since = basket.now - min(asked.spent_days + 1, max(basket.now.toordinal() - _LEAST_DAY, 0)) * _A_DAY
        earlier = await spent_between(session, tenant_id, member_id, basket.currency, since=since, before=at)
        receipts = tuple(EarlierReceipt(at=when, amount_minor=amount) for when, amount in earlier)
        known["spent"] = Spent(receipts=receipts)
    return known


async def _await_turn(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> None:
    """Let the receipts of a member that fill cards of stamps be decided one after the other."""
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:member, 0))"),
        {"member": f"stamps:{tenant_id}:{member_id}"},
    )
