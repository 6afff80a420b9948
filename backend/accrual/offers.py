"""What a member can still use now: live campaigns of their programmes that are meant for them and have something left.

What is limited is kept for whoever is shown it, for a while; what could not be kept is not shown. Conditions on the basket,
on codes and on the past are not judged here: there is no basket yet. What lowers a price is not offered: a receipt is paid.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.applicable import lowers_the_price
from backend.accrual.deciding import counted
from backend.campaigns.content import last_day
from backend.campaigns.holds import await_member, held_for, hold
from backend.campaigns.models import OfferHold
from backend.campaigns.queries import promotions_of, rules_at
from backend.campaigns.timeline import Rule
from backend.campaigns.uses import Claim, Subject, claim_of
from backend.kit.ids import new_id
from backend.members.groups import groups_of
from backend.members.queries import member
from backend.programmes import queries as programmes
from backend.programmes.assigning import programmes_of
from backend.programmes.models import Programme
from backend.promotions.basket import Basket, MemberFacts
from backend.promotions.benefits.amount import Amount
from backend.promotions.benefits.points import Points
from backend.promotions.conditions.customer_group import CustomerGroup
from backend.promotions.conditions.member import Member
from backend.promotions.conditions.tier import Tier
from backend.promotions.contract import AwardKind
from backend.promotions.documents import MalformedDocument
from backend.promotions.promotion import Promotion

HELD_MAX = 50
"""How many limited offers one member is kept at a time."""
_OF_THE_MEMBER = (CustomerGroup, Tier, Member)


@dataclass(frozen=True, slots=True)
class Offer:
    """One promotion for one member; `uses_left` is null where nothing limits uses, `held_until` where nothing is kept."""

    programme: Programme
    campaign: str
    promotion: str
    name: str
    kind: AwardKind
    valid_from_on: date | None
    valid_to_on: date | None
    uses_left: int | None
    held_until: datetime | None


async def offers_of(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, keep: timedelta, now: datetime
) -> list[Offer]:
    """The member's offers, in the order of their programmes and campaigns; limited ones are kept until `now` + `keep`.

    What was kept before stays kept until the moment that was said then. Raises MemberNotFound.
    """
    await member(session, tenant_id, member_id)
    await await_member(session, tenant_id, member_id)
    tenant = await programmes.tenant(session, tenant_id)
    groups = await groups_of(session, tenant_id, member_id)
    held = await held_for(session, tenant_id, member_id, now=now)
    offers = []
    for programme in await programmes_of(session, tenant_id, member_id, groups=groups):
        basket = Basket(
            currency=programme.currency,
            now=now.astimezone(ZoneInfo(tenant.time_zone)),
            member=MemberFacts(id=str(member_id), groups=frozenset(groups)),
            lines=None,
            stated_total_minor=0,
            points_decimals=programme.points_decimals,
        )
        rules = await rules_at(session, tenant_id, programme.id, now)
        subject = Subject(tenant_id, new_id(), member_id, basket.now.date().isoformat())
        basket = await counted(session, subject, basket, rules)
        for rule, promotion in _meant(rules, basket):
            key = (rule.campaign_id, promotion.id)
            kept = held.get(key)
            if kept is None and _is_used_up(promotion, basket):
                continue
            was_counted = kept is not None
            claim = _claim(rule, promotion)
            if kept is None and claim is not None and len(held) < HELD_MAX:
                kept = await hold(session, tenant_id, member_id, claim, day=subject.day, until=now + keep, now=now)
                if kept is None:
                    continue
                held[key] = kept
            left = _uses_left(promotion, basket, was_counted=was_counted)
            offers.append(_offer(programme, rule, promotion, left, kept))
    return offers


def _meant(rules: list[Rule], basket: Basket) -> Iterator[tuple[Rule, Promotion]]:
    """What runs these days and is for the member, in the order in which units are taken; a broken campaign offers nothing."""
    for rule in sorted(rules, key=lambda rule: rule.campaign_id):
        try:
            promotions = promotions_of([rule])
        except MalformedDocument:
            continue
        for promotion in sorted(promotions, key=lambda promotion: promotion.id):
            own = [condition for condition in promotion.conditions if isinstance(condition, _OF_THE_MEMBER)]
            if (
                promotion.addresses(member=True)
                and not lowers_the_price(promotion)
                and (promotion.period is None or promotion.period.holds(basket.now.date()))
                and all(condition.stops(basket) is None for condition in own)
            ):
                yield rule, promotion


def _is_used_up(promotion: Promotion, basket: Basket) -> bool:
    return (
        promotion.limits.stops(promotion.id, basket) is not None
        or promotion.limits.budget_left_centi(promotion.id, basket) == 0
    )


def _claim(rule: Rule, promotion: Promotion) -> Claim | None:
    """What is to be kept; None where others cannot take it away, or where nobody knows yet how much it will be."""
    claim = claim_of(rule, promotion.id, _value_centi(promotion))
    if claim is None or not claim.pools:
        return None
    counts_uses = any(pool.endswith("-uses") for pool in claim.pools)
    return claim if counts_uses or claim.value_centi else None


def _value_centi(promotion: Promotion) -> int:
    """What it gives at least, in hundredths of money or of a point; what depends on the basket keeps uses alone."""
    benefit = promotion.benefit
    if isinstance(benefit, Points) and benefit.points_centi is not None:
        return benefit.points_centi
    return benefit.amount_minor if isinstance(benefit, Amount) else 0


def _offer(programme: Programme, rule: Rule, promotion: Promotion, left: int | None, kept: OfferHold | None) -> Offer:
    period = promotion.period
    return Offer(
        programme=programme,
        campaign=rule.code,
        promotion=promotion.id,
        name=promotion.name or promotion.id,
        kind=promotion.kind,
        valid_from_on=period.from_on if period else None,
        valid_to_on=last_day(period) if period else None,
        uses_left=left,
        held_until=kept.until_at if kept else None,
    )


def _uses_left(promotion: Promotion, basket: Basket, *, was_counted: bool) -> int | None:
    """How often the member can still use it, with what was kept for them before and so is counted as used."""
    limits, counter = promotion.limits, basket.counters.get(promotion.id)
    own = basket.member.uses.get(promotion.id) if basket.member else None
    left = [
        most - used
        for most, used in (
            (limits.per_member, own.total if own else 0),
            (limits.per_member_per_day, own.today if own else 0),
            (limits.total, counter.uses if counter else 0),
        )
        if most is not None
    ]
    return min(left) + was_counted if left else None
