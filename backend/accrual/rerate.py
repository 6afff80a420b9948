"""Gives a settled receipt what lines bring that were found to be products since: by its own time's rules, once, and only more.

What is due is decided as in settling, with limits and budgets taken first; `rounds` gives it. Whatever the receipt was
given stands, in every form.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.cases import Case, cases_of
from backend.accrual.deciding import claims_of, counted, evaluated
from backend.accrual.decision import Decision
from backend.accrual.differences import Given, dues_of, without, without_stamps
from backend.accrual.errors import RulesChanged
from backend.accrual.facts import with_facts
from backend.accrual.giving import given_of
from backend.accrual.models import Award
from backend.accrual.queries import awards, products_of, resettlements, settlement
from backend.accrual.returned import SoldLine
from backend.accrual.rounds import Gain, Standing, write_round
from backend.accrual.rules import Rules
from backend.accrual.undo import await_turn, parts_returned, sold_lines
from backend.campaigns import uses
from backend.campaigns.holds import hand_over, keep_again
from backend.campaigns.models import PromotionUse
from backend.campaigns.uses import Subject
from backend.catalogue.aliases import ProductAlias
from backend.programmes import queries as programmes
from backend.promotions.contract import Award as Value
from backend.promotions.contract import StampChange
from backend.receipts.models import Receipt
from backend.receipts.queries import lock_receipt, settled_refunds


@dataclass(frozen=True, slots=True)
class _Past:
    """What became of a settled receipt so far."""

    rounds: int
    products: Mapping[str, str]
    awards: list[Award]
    uses: list[PromotionUse]
    refunds: list[Receipt]
    sold: list[SoldLine]
    parts: Mapping[int, Fraction]


async def rerate(session: AsyncSession, rules: Rules, receipt_id: UUID, *, now: datetime) -> bool:
    """Give the receipt what it is due on top and tell the member; whether that was anything. Twice is once.

    Holds the receipt and waits for refunds that settle at the same time. Raises RulesChanged or RulesFailed before
    anything is posted.
    """
    tenant_id = rules.tenant.id
    if await programmes.rules_version(session, tenant_id) != rules.version:
        raise RulesChanged
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    if not _may_gain(receipt):
        return False
    await await_turn(session, receipt)
    past, products, gains = await _look(session, receipt, rules, assumed=None, now=now)
    if not gains:
        return False
    await uses.capture(session, tenant_id, receipt_id, now=now)
    standing = Standing(past.rounds + 1, past.awards, past.refunds)
    await write_round(session, receipt, standing, products, gains, main=rules.main, now=now)
    return True


async def foresee(
    session: AsyncSession, receipt: Receipt, rules: Rules, assumed: ProductAlias, *, now: datetime
) -> list[Gain]:
    """What the receipt would be given if that link were made; nothing is taken of budgets, and nothing is kept.

    Raises RulesFailed.
    """
    if not _may_gain(receipt):
        return []
    _, _, gains = await _look(session, receipt, rules, assumed=assumed, now=now)
    return gains


def _may_gain(receipt: Receipt) -> bool:
    return receipt.state == "settled" and receipt.kind == "sale" and receipt.earns


async def _look(
    session: AsyncSession, receipt: Receipt, rules: Rules, *, assumed: ProductAlias | None, now: datetime
) -> tuple[_Past, dict[str, str], list[Gain]]:
    """What is due, reserved unless a link is only assumed."""
    past = await _past(session, receipt)
    asked = await cases_of(session, receipt, rules, assumed=assumed)
    products = {line: product.name for line, product in asked.found.products.items()}
    found = frozenset(line for line, name in products.items() if past.products.get(line) != name)
    if not found:
        return past, products, []
    limited = [rule for case in asked.cases for rule in case.said.rules]
    handed = await hand_over(session, receipt.tenant_id, receipt.member_id, limited, now=now)
    gains = [await _gain(session, receipt, case, past, found, takes=assumed is None, now=now) for case in asked.cases]
    if handed:
        standing = await uses.standing_uses(session, receipt.tenant_id, receipt.id)
        taken = {(use.campaign_id, use.promotion) for use in standing if use not in past.uses}
        await keep_again(session, receipt.tenant_id, receipt.member_id, handed, taken=taken, now=now)
    return past, products, [gain for gain in gains if gain.dues]


async def _past(session: AsyncSession, receipt: Receipt) -> _Past:
    key = receipt.tenant_id, receipt.id
    settled, later = await settlement(session, *key), await resettlements(session, *key)
    refunds = await settled_refunds(session, receipt)
    return _Past(
        rounds=len(later),
        products=products_of(settled, later),
        awards=await awards(session, *key),
        uses=await uses.standing_uses(session, *key),
        refunds=refunds,
        sold=await sold_lines(session, receipt),
        parts=await parts_returned(session, receipt, refunds),
    )


async def _gain(
    session: AsyncSession,
    receipt: Receipt,
    case: Case,
    past: _Past,
    found: frozenset[str],
    *,
    takes: bool,
    now: datetime,
) -> Gain:
    """What the programme gives, decided anew while others are quicker to take what is limited, if it is taken at all."""
    said = case.said
    subject = Subject(receipt.tenant_id, receipt.id, receipt.member_id, case.basket.now.date().isoformat())
    given: dict[str, list[Given]] = {}
    for award in past.awards:
        if award.programme_id == said.programme.id:
            given.setdefault(award.promotion, []).append(_given(award))
    facts = await with_facts(session, receipt, said, case.basket, now=now)
    facts = without_stamps(facts, (each for several in given.values() for each in several))
    missed: set[str] = set()
    spent: set[str] = set()
    while True:
        basket = await counted(session, subject, facts, said.rules, spent=spent, own_uses=past.uses)
        before, after = evaluated(without(basket, found), said), evaluated(basket, said)
        dues = dues_of(
            before=before,
            after=after,
            given=given,
            point_value_minor=basket.point_value_minor,
            on=now.astimezone(basket.now.tzinfo).date(),
        )
        both = [(due, kept) for due in dues if (kept := due.left(past.sold, past.parts)).is_something]
        decision = Decision(said, replace(after, applied=tuple(due.applied for due, _ in both)), basket)
        gain = Gain(decision, [due for due, _ in both], [kept for _, kept in both])
        claims = claims_of(replace(after, applied=tuple(kept.applied for _, kept in both)), said.rules)
        short = await uses.reserve_more(session, subject, claims, now=now) if takes and claims else None
        if short is None:
            return gain
        _, promotion = short.key
        assert promotion not in spent, "what is used up claims nothing"
        # As in settling: counting anew shows who was quicker, and the second time it is simply used up.
        (spent if promotion in missed else missed).add(promotion)


def _given(award: Award) -> Given:
    """What the award gave, as the engine says it."""
    points = [Value("points", award.points, tuple(award.shares.items()))] if award.points else []
    stamps, change = award.stamps, None
    if stamps:
        change = StampChange(stamps["counter"], stamps["before"], stamps["units"], stamps["cards"], stamps["needs"])
    stamped = tuple(stamps.get("lines", award.lines)) if stamps else ()
    return Given((*points, *map(given_of, award.given)), change, stamped)
