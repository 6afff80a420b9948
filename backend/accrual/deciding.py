"""What every programme of the member gives to a receipt, by the rules that held when it was issued.

Limited promotions are taken from what is left before anything is posted: what somebody else took meanwhile is counted anew and
decided again, so that the engine stays the only judge and no limit is passed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.applicable import evaluate_paid
from backend.accrual.cases import cases_of
from backend.accrual.decision import Decision
from backend.accrual.errors import RulesFailed
from backend.accrual.facts import with_facts
from backend.accrual.rules import ProgrammeRules, Rules
from backend.accrual.spent import spent_counter, spent_uses
from backend.campaigns import pools, uses
from backend.campaigns.content import WHOLE, Limits
from backend.campaigns.holds import hand_over, keep_again
from backend.campaigns.models import PromotionUse
from backend.campaigns.pools import PoolName
from backend.campaigns.queries import promotions_of
from backend.campaigns.timeline import Rule
from backend.campaigns.uses import EVER, Claim, Key, Subject
from backend.catalogue.matching.lines import MatchedLines
from backend.catalogue.matching.matcher import LineFacts
from backend.promotions.basket import Basket, Counter, Uses
from backend.promotions.budget import value_centi
from backend.promotions.outcome import Outcome
from backend.receipts.models import Receipt

_COUNT_MAX = 10**9
"""Of entries into a draw by one promotion and receipt; a row holds little more."""
_POINTS_MAX = 10**15
_VALUE_MAX_CENTI = 10**17
"""As much as the ledger posts at once, and what that is in hundredths."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision for each programme of the member, the tenant's oldest first, and which products the lines are."""

    decisions: list[Decision]
    lines: list[LineFacts]
    found: MatchedLines


async def decide(session: AsyncSession, receipt: Receipt, *, rules: Rules, now: datetime) -> Decided:
    """What every programme of the member gives.

    A member without any gets nothing in the tenant's oldest. What limited promotions give is captured. Raises RulesFailed.
    """
    asked = await cases_of(session, receipt, rules)
    decisions, took = [], False
    limited = [rule for case in asked.cases for rule in case.said.rules]
    handed = await hand_over(session, receipt.tenant_id, receipt.member_id, limited, now=now)
    for case in asked.cases:
        decision, claimed = await _decide(session, receipt, case.said, case.basket, now)
        decisions.append(decision)
        took = took or claimed
    if handed:
        held = await uses.held_by(session, receipt.tenant_id, receipt.id)
        taken = {(use.campaign_id, use.promotion) for use in held}
        await keep_again(session, receipt.tenant_id, receipt.member_id, handed, taken=taken, now=now)
    if took:
        await uses.capture(session, receipt.tenant_id, receipt.id, now=now)
    return Decided(decisions, asked.facts, asked.found)


def claims_of(outcome: Outcome, rules: Iterable[Rule]) -> list[Claim]:
    """What the outcome takes of limited promotions."""
    by_promotion = {promotion: rule for rule in rules for promotion in rule.ids}
    claims = (
        uses.claim_of(by_promotion[one.promotion], one.promotion, value_centi(one.awards, outcome.points_decimals))
        for one in outcome.applied
    )
    return [claim for claim in claims if claim is not None]


async def counted(
    session: AsyncSession,
    subject: Subject,
    basket: Basket,
    rules: list[Rule],
    *,
    spent: Collection[str] = (),
    own_uses: Sequence[PromotionUse] | None = None,
) -> Basket:
    """The basket with what others used of every limited promotion, and the member on that day; `spent` ones are used up.

    The receipt's own uses are not counted against it: those named, or else what it holds.
    """
    ids = [rule.campaign_id for rule in rules if rule.limits]
    if not ids:
        return basket
    if own_uses is None:
        own_uses = await uses.held_by(session, subject.tenant_id, subject.receipt_id)
    held = [use for use in own_uses if use.campaign_id in ids]
    left = await pools.lefts(session, subject.tenant_id, ids)
    for use in held:
        for name, units in pools.taken_by(use):
            left[name] = left.get(name, 0) + units
    own: dict[tuple[Key, str], int] = {}
    if subject.member_id is not None:
        own = await uses.member_uses(session, subject.tenant_id, subject.member_id, ids, day=subject.day)
        for use in held:
            for span in use.spans:
                used = (use.campaign_id, use.promotion), span
                own[used] = own.get(used, 0) - 1
    counters, by_member = {}, {}
    for rule in rules:
        for promotion, limits in rule.limits.items():
            key = (rule.campaign_id, promotion)
            counters[promotion] = spent_counter(limits) if promotion in spent else _counter(key, limits, left)
            by_member[promotion] = spent_uses(limits) if promotion in spent else _uses(key, subject.day, own)
    member = replace(basket.member, uses=by_member) if basket.member else None
    return replace(basket, counters=counters, member=member)


async def _decide(
    session: AsyncSession, receipt: Receipt, said: ProgrammeRules, basket: Basket, now: datetime
) -> tuple[Decision, bool]:
    """The decision, and whether it took anything limited."""
    basket = await with_facts(session, receipt, said, basket, now=now)
    subject = Subject(receipt.tenant_id, receipt.id, receipt.member_id, basket.now.date().isoformat())
    missed: set[str] = set()
    spent: set[str] = set()
    while True:
        outcome = evaluated(await counted(session, subject, basket, said.rules, spent=spent), said)
        claims = claims_of(outcome, said.rules)
        short = await uses.reserve(session, subject, claims, now=now) if claims else None
        if short is None:
            return Decision(said, outcome, basket), bool(claims)
        _, promotion = short.key
        assert promotion not in spent, "what is used up claims nothing"
        # The first time somebody else was quicker and counting anew shows it; the second time it is simply used up.
        (spent if promotion in missed else missed).add(promotion)


def evaluated(basket: Basket, said: ProgrammeRules) -> Outcome:
    """What the programme gives to the basket. Raises RulesFailed.

    Whatever a promotion does, the receipt is not lost: it waits, and whoever mends the campaign is told which it is.
    """
    promotions = said.index.touched(basket)

    def work(some: Iterable[Rule]) -> Outcome:
        return _keepable(evaluate_paid(basket, promotions_of(some)))

    try:
        return _keepable(evaluate_paid(basket, promotions))
    except Exception as error:
        raise RulesFailed.of(work, said.rules, error) from error


def _keepable(outcome: Outcome) -> Outcome:
    """The outcome, if all of it can be kept and posted. Raises OverflowError for what no campaign can mean."""
    for _, award in outcome.awards("entries"):
        if award.value > _COUNT_MAX:
            raise OverflowError(award.value)
    for one in outcome.applied:
        if value_centi(one.awards, outcome.points_decimals) > _VALUE_MAX_CENTI:
            raise OverflowError(one.promotion)
    if outcome.points > _POINTS_MAX:
        raise OverflowError(outcome.points)
    return outcome


def _counter(key: Key, limits: Limits, left: Mapping[PoolName, int]) -> Counter:
    """What the engine is to count so that it sees what is left, whichever of the promotion's and campaign's is less."""

    def used(limit: int | None, kind: str) -> int:
        if limit is None:
            return 0
        names = (PoolName(key[0], key[1], kind), PoolName(key[0], WHOLE, kind))
        return max(limit - min(left[name] for name in names if name in left), 0)

    return Counter(uses=used(limits.total, "uses"), value_centi=used(limits.budget_centi, "value"))


def _uses(key: Key, day: str, own: Mapping[tuple[Key, str], int]) -> Uses:
    return Uses(total=own.get((key, EVER), 0), today=own.get((key, day), 0))
