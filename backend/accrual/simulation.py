"""What campaigns would give for a basket: decided as a receipt is, and nothing of it is kept.

What the basket says rules; what it leaves out comes from what is stored: the products of its lines, the member's groups,
what is left of limits, which codes stand unspent. Campaigns that are named need not run: a draft is simulated before anybody
gets anything.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.deciding import counted
from backend.accrual.errors import CampaignBroken, RulesFailed
from backend.campaigns.codes import standing_codes
from backend.campaigns.errors import CampaignNotFound
from backend.campaigns.queries import promotions_of, timelines
from backend.campaigns.timeline import Rule, State, Timeline
from backend.campaigns.uses import Subject
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.models import Product
from backend.catalogue.queries import groups_with_ancestors
from backend.kit.ids import new_id
from backend.members.groups import groups_of
from backend.members.queries import member_among
from backend.programmes import queries as programmes
from backend.programmes.models import Programme
from backend.promotions.basket import Basket, BasketLine, MemberFacts
from backend.promotions.conditions.code import Code
from backend.promotions.documents import read_basket
from backend.promotions.engine import evaluate
from backend.promotions.explaining import why_not
from backend.promotions.outcome import Applied, NotApplied, Outcome, Say, Undecided, outcome_document
from backend.promotions.promotion import Promotion
from backend.receipts.queries import shopped_at

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wish:
    """A basket as `promotions.md` writes it, and by which campaigns: those named, whether they run or not, and no others.

    Without names, those that hold at the basket's time. `member_id` is a stored member, who stands for the basket's own.
    """

    basket: object
    campaigns: tuple[str, ...] = ()
    programme: str | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was decided, by which rules, and how each campaign stands now."""

    programme: Programme
    rules: Sequence[Rule]
    states: Mapping[UUID, State]
    outcome: Outcome

    def document(self, say: Say) -> dict[str, Any]:
        """The outcome with every reason as a sentence, and which campaign gave what."""
        outcome = outcome_document(self.outcome, say)
        sentences = [say(why_not(stopped, self.outcome.currency)) for stopped in self.outcome.not_applied]
        stopped = cast("list[dict[str, Any]]", outcome["not_applied"])
        outcome["not_applied"] = [{**each, "why": why} for each, why in zip(stopped, sentences, strict=True)]
        return {
            "programme": self.programme.code,
            "outcome": outcome,
            "campaigns": [self._campaign(rule) for rule in self.rules],
        }

    def _campaign(self, rule: Rule) -> dict[str, Any]:
        lists: dict[str, Sequence[Applied | NotApplied | Undecided]] = {
            "applied": self.outcome.applied,
            "not_applied": self.outcome.not_applied,
            "undecided": self.outcome.undecided,
        }
        return {
            "campaign": rule.code,
            "revision": rule.version,
            "state": self.states[rule.campaign_id],
            **{name: [each.promotion for each in found if each.promotion in rule.ids] for name, found in lists.items()},
        }


async def simulate(
    session: AsyncSession, tenant_id: UUID, wish: Wish, *, partner_id: UUID | None = None, now: datetime
) -> Simulated:
    """Decide the basket; for a partner, by its own campaigns and for those alone who shopped there.

    Raises MalformedDocument, CampaignNotFound (also for one of another programme), ProgrammeNotFound, MemberNotFound,
    or CampaignBroken.
    """
    basket = read_basket(wish.basket)
    found = await _chosen(session, tenant_id, wish.campaigns, partner_id)
    programme = await _programme(session, tenant_id, wish.programme, found)
    if wish.campaigns:
        rules = [_as_of(timeline, basket.now) for timeline in found]
    else:
        found = await timelines(session, tenant_id, programme_id=programme.id, partner_id=partner_id)
        rules = [rule for rule in (timeline.rule_at(basket.now) for timeline in found) if rule is not None]
    zone = (await programmes.tenant(session, tenant_id)).time_zone
    states = {each.campaign.id: each.state_at(now, time_zone=zone) for each in found}
    if not _says(wish.basket, "points_decimals"):
        basket = replace(basket, points_decimals=programme.points_decimals)
    if wish.member_id is not None:
        basket = await _of_member(session, tenant_id, basket, wish.member_id, partner_id)
    basket = await with_products(session, tenant_id, basket)
    promotions = _guarded(rules, promotions_of)
    basket = await _as_it_stands(session, tenant_id, basket, rules, promotions, wish.member_id)
    return Simulated(programme, rules, states, _guarded(rules, lambda some: evaluate(basket, promotions_of(some))))


def _guarded(rules: list[Rule], work: Callable[[list[Rule]], T]) -> T:
    """Whatever breaks in a campaign is the campaign's fault, and is told as that."""
    try:
        return work(rules)
    except Exception as error:
        raise CampaignBroken(campaigns=", ".join(RulesFailed.of(work, rules, error).campaigns)) from error


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


async def _chosen(
    session: AsyncSession, tenant_id: UUID, codes: Sequence[str], partner_id: UUID | None
) -> list[Timeline]:
    if not codes:
        return []
    by_code = {each.campaign.code: each for each in await timelines(session, tenant_id, partner_id=partner_id)}
    if not by_code.keys() >= set(codes):
        raise CampaignNotFound
    return [by_code[code] for code in dict.fromkeys(codes)]


async def _programme(session: AsyncSession, tenant_id: UUID, code: str | None, chosen: Sequence[Timeline]) -> Programme:
    """The one that is named, else that of the campaigns, else the tenant's first."""
    if code is not None or not chosen:
        programme = await programmes.programme_called(session, tenant_id, code)
    else:
        own = await programmes.programmes(session, tenant_id)
        (programme,) = (each for each in own if each.id == chosen[0].campaign.programme_id)
    if any(each.campaign.programme_id != programme.id for each in chosen):
        raise CampaignNotFound
    return programme


def _as_of(timeline: Timeline, moment: datetime) -> Rule:
    """What the campaign says at that moment, or what it says first, be it started or not."""
    revision = timeline.revision_at(moment) or min(timeline.revisions, key=lambda each: each.holds_from)
    return timeline.rule_of(revision, moment)


async def _of_member(
    session: AsyncSession, tenant_id: UUID, basket: Basket, member_id: UUID, partner_id: UUID | None
) -> Basket:
    """The basket of a stored member; what it says itself of its member stays said, but for who that is."""
    row = await member_among(session, tenant_id, member_id, shopped_at(partner_id))
    groups = frozenset(await groups_of(session, tenant_id, row.id))
    facts = basket.member or MemberFacts(id=str(row.id))
    return replace(basket, member=replace(facts, id=str(row.id), groups=facts.groups or groups))


async def _as_it_stands(
    session: AsyncSession,
    tenant_id: UUID,
    basket: Basket,
    rules: list[Rule],
    promotions: Sequence[Promotion],
    member_id: UUID | None,
) -> Basket:
    """With what is used of limits now and the codes that stand in tables, where the basket says nothing else of them."""
    subject = Subject(tenant_id, new_id(), member_id, basket.now.date().isoformat())
    stored = await counted(session, subject, basket, rules)
    named = {
        condition.codes
        for promotion in promotions
        for condition in promotion.conditions
        if isinstance(condition, Code) and isinstance(condition.codes, str)
    }
    lists = await standing_codes(session, tenant_id, named, basket.codes)
    member = basket.member
    if member is not None and stored.member is not None:
        member = replace(member, uses={**stored.member.uses, **member.uses})
    return replace(
        basket,
        counters={**stored.counters, **basket.counters},
        code_lists={**lists, **basket.code_lists},
        member=member,
    )


def _says(document: object, key: str) -> bool:
    return isinstance(document, dict) and document.get(key) is not None
