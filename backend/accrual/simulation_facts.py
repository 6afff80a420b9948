"""What a simulated basket is decided by: its own words first, else what settling would find now, without taking anything.

A stored member has their groups and programmes, past purchases, cards of stamps, uses and offers that are kept for them;
codes and coupons that they present count while they are free.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.applicable import evaluate_paid
from backend.accrual.deciding import claims_of, counted
from backend.accrual.errors import RulesFailed
from backend.accrual.facts import Presented, as_presented, member_facts, own_shown
from backend.accrual.rules import ProgrammeRules
from backend.campaigns import pools, uses
from backend.campaigns.codes import free_codes, kept_codes
from backend.campaigns.holds import uses_kept
from backend.campaigns.queries import promotions_of
from backend.campaigns.uses import Subject
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.models import Product
from backend.catalogue.queries import groups_with_ancestors
from backend.kit.ids import new_id
from backend.members.groups import groups_of
from backend.programmes.assigning import assigned_to
from backend.promotions.basket import Basket, BasketLine, MemberFacts
from backend.promotions.history import Spent
from backend.promotions.outcome import NotApplied, Outcome
from backend.rewards.coupons import free_coupons

_NOT_THEIRS = "audience"
"""Why a programme that the member does not have gives nothing."""


async def decided(
    session: AsyncSession, tenant_id: UUID, basket: Basket, said: ProgrammeRules, member_id: UUID | None
) -> Outcome:
    """What a receipt like the basket would be given now; of every promotion it says why not. Raises RulesFailed."""
    if member_id is not None:
        basket = await _of_member(session, tenant_id, basket, said, member_id)
        if not await _has(session, tenant_id, said, basket, member_id):
            outcome, ranked = evaluate_paid(basket, ()), sorted(said.promotions, key=lambda each: each.rank)
            return replace(outcome, not_applied=tuple(NotApplied(each.id, _NOT_THEIRS) for each in ranked))
    basket = await _with_presented(session, tenant_id, basket, said, member_id)
    basket = await with_products(session, tenant_id, basket)
    return await _within_limits(session, tenant_id, basket, said, member_id)


async def with_products(session: AsyncSession, tenant_id: UUID, basket: Basket) -> Basket:
    """The basket whose lines know what the catalogue knows: by their SKU, else by barcode or text like a receipt's."""
    if not basket.lines:
        return basket
    found = await _by_sku(session, tenant_id, basket.lines)
    texts = [LineFacts(line.id, line.name or "", line.gtin) for line in basket.lines if line.sku is None]
    if texts:
        matched = await match_lines(session, tenant_id, texts, seller_tax_id=basket.seller_tax_id)
        found |= matched.products
    groups = await groups_with_ancestors(session, tenant_id, found.values())
    return replace(basket, lines=tuple(_known(line, found.get(line.id), groups) for line in basket.lines))


async def _by_sku(session: AsyncSession, tenant_id: UUID, lines: Iterable[BasketLine]) -> dict[str, Product]:
    skus = {line.id: line.sku for line in lines if line.sku is not None}
    if not skus:
        return {}
    rows = await session.exec(
        select(Product).where(Product.tenant_id == tenant_id, col(Product.sku).in_(set(skus.values())))
    )
    by_sku = {row.sku: row for row in rows}
    return {line: by_sku[sku] for line, sku in skus.items() if sku in by_sku}


def _known(line: BasketLine, product: Product | None, groups: Mapping[UUID, frozenset[str]]) -> BasketLine:
    if product is None:
        return line
    return replace(line, sku=product.sku, brand=line.brand or product.brand, groups=line.groups or groups[product.id])


async def _of_member(
    session: AsyncSession, tenant_id: UUID, basket: Basket, said: ProgrammeRules, member_id: UUID
) -> Basket:
    """The basket of a stored member; what it says itself of its member stays said, but for who that is."""
    own = basket.member or MemberFacts(id=str(member_id))
    past = await member_facts(session, tenant_id, member_id, said, basket, at=basket.now)
    known = replace(MemberFacts(id=str(member_id)), **past)
    return replace(
        basket,
        member=replace(
            own,
            id=known.id,
            groups=own.groups or frozenset(await groups_of(session, tenant_id, member_id)),
            purchases_before=known.purchases_before if own.purchases_before is None else own.purchases_before,
            events={**known.events, **own.events},
            spent=known.spent if own.spent == Spent() else own.spent,
            stamps={**known.stamps, **own.stamps},
        ),
    )


async def _has(session: AsyncSession, tenant_id: UUID, said: ProgrammeRules, basket: Basket, member_id: UUID) -> bool:
    if said.programme.open_to == "everyone":
        return True
    groups = basket.member.groups if basket.member else ()
    return said.programme.id in await assigned_to(session, tenant_id, member_id, groups=groups)


async def _with_presented(
    session: AsyncSession, tenant_id: UUID, basket: Basket, said: ProgrammeRules, member_id: UUID | None
) -> Basket:
    """With what is free of the codes and, of a stored member, of the coupons; lists that the basket names are believed."""
    presented = Presented(basket.codes, basket.coupons)
    own = own_shown(presented, said.asked)
    kept = await kept_codes(session, tenant_id, said.asked.code_lists | own.keys(), basket.codes)
    free = free_codes(own, kept, lambda code: code.taker is None)
    coupons = list(basket.coupons)
    if member_id is not None and coupons:
        coupons = await free_coupons(session, tenant_id, member_id, coupons)
    found = as_presented(basket, presented, said.asked, free, coupons)
    return replace(found, code_lists={**found.code_lists, **basket.code_lists})


async def _within_limits(
    session: AsyncSession, tenant_id: UUID, basket: Basket, said: ProgrammeRules, member_id: UUID | None
) -> Outcome:
    """As a receipt is decided: what all promotions together may not take, one of them stands back for."""
    subject = Subject(tenant_id, new_id(), member_id, basket.now.date().isoformat())
    kept = await uses_kept(session, tenant_id, member_id) if member_id is not None else []
    left = await pools.lefts(session, tenant_id, [rule.campaign_id for rule in said.rules if rule.limits])
    for use in kept:
        for name, units in pools.taken_by(use):
            left[name] = left.get(name, 0) + units
    spent: set[str] = set()
    while True:
        stored = await counted(session, subject, basket, said.rules, spent=spent, own_uses=kept)
        outcome = _evaluated(_as_said(stored, basket, spent), said)
        claims = [claim for claim in claims_of(outcome, said.rules) if claim.promotion not in basket.counters]
        short = uses.short_of(claims, left)
        if short is None:
            return outcome
        assert short.promotion not in spent, "what is used up claims nothing"
        spent.add(short.promotion)


def _as_said(stored: Basket, basket: Basket, spent: set[str]) -> Basket:
    """With the uses and counters that the basket names itself, but for what has to stand back."""
    counters = {**stored.counters, **{name: each for name, each in basket.counters.items() if name not in spent}}
    if stored.member is None or basket.member is None:
        return replace(stored, counters=counters)
    own = {name: each for name, each in basket.member.uses.items() if name not in spent}
    return replace(stored, counters=counters, member=replace(stored.member, uses={**stored.member.uses, **own}))


def _evaluated(basket: Basket, said: ProgrammeRules) -> Outcome:
    """As `deciding.evaluated`, with a word about every promotion."""
    promotions = said.promotions
    try:
        return evaluate_paid(basket, promotions)
    except Exception as error:
        raise RulesFailed.of(lambda some: evaluate_paid(basket, promotions_of(some)), said.rules, error) from error
