"""Gives a settled receipt what lines bring that were found to be products since: by its own time's rules, once, and only more.

The settling stays as it was; each later round has awards and, in each programme, a transfer of its own. What refunds have
returned by then is not paid, and stands as reversed, so that later refunds take back exactly the rest.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.cases import Case, cases_of
from backend.accrual.deciding import counted, evaluated
from backend.accrual.differences import Due, Given, dues_of, without
from backend.accrual.errors import RulesChanged
from backend.accrual.facts import with_facts
from backend.accrual.models import Award, Resettlement
from backend.accrual.queries import awards, products_of, resettlements, settlement
from backend.accrual.rules import ProgrammeRules, Rules
from backend.accrual.undo import await_turn, given_in, parts_returned, reference_in, reversals_of
from backend.campaigns import uses
from backend.campaigns.models import PromotionUse
from backend.campaigns.timeline import Rule
from backend.campaigns.uses import Claim, Subject
from backend.catalogue.aliases import ProductAlias
from backend.kit.ids import new_id
from backend.ledger import service as ledger
from backend.messages.service import write
from backend.programmes import queries as programmes
from backend.programmes.models import Programme
from backend.receipts.models import Receipt
from backend.receipts.queries import lock_receipt, settled_refunds

_CENTI_DECIMALS = 2


@dataclass(frozen=True, slots=True)
class Gain:
    """What one programme gives on top: `paid` is the points of each due that refunds have not returned already."""

    said: ProgrammeRules
    rules: Mapping[str, Rule]
    dues: Sequence[Due]
    paid: Sequence[int]

    @property
    def programme(self) -> Programme:
        """Whose points they are."""
        return self.said.programme

    @property
    def names(self) -> Mapping[str, str]:
        """What people call each promotion."""
        return self.said.names

    @property
    def points(self) -> int:
        """What the member gets, in the programme's smallest unit."""
        return sum(self.paid)


@dataclass(frozen=True, slots=True)
class _Past:
    """What became of a settled receipt so far."""

    round: int
    products: Mapping[str, str]
    awards: list[Award]
    uses: list[PromotionUse]
    refunds: list[Receipt]
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
    await _give(session, receipt, past, products, gains, main=rules.main, now=now)
    await _tell(session, receipt, gains, past.round + 1, now=now)
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
    gains = [await _gain(session, receipt, case, past, found, takes=assumed is None, now=now) for case in asked.cases]
    return past, products, [gain for gain in gains if gain.points]


async def _past(session: AsyncSession, receipt: Receipt) -> _Past:
    key = receipt.tenant_id, receipt.id
    settled, later = await settlement(session, *key), await resettlements(session, *key)
    refunds = await settled_refunds(session, receipt)
    return _Past(
        round=len(later),
        products=products_of(settled, later),
        awards=await awards(session, *key),
        uses=await uses.standing_uses(session, *key),
        refunds=refunds,
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
    facts = await with_facts(session, receipt, said, case.basket, now=now)
    subject = Subject(receipt.tenant_id, receipt.id, receipt.member_id, case.basket.now.date().isoformat())
    rules = {promotion: rule for rule in said.rules for promotion in rule.ids}
    given: dict[str, list[Given]] = {}
    for award in past.awards:
        if award.programme_id == said.programme.id:
            given.setdefault(award.promotion, []).append(Given(award.points, award.shares))
    missed: set[str] = set()
    spent: set[str] = set()
    while True:
        basket = await counted(session, subject, facts, said.rules, spent=spent, own_uses=past.uses)
        before = evaluated(without(basket, found), said)
        dues = dues_of(before=before, after=evaluated(basket, said), given=given)
        dues = [due for due in dues if due.left(past.parts)]
        gain = Gain(said, rules, dues, [due.left(past.parts) for due in dues])
        claims = _claims(gain)
        short = await uses.reserve_more(session, subject, claims, now=now) if takes and claims else None
        if short is None:
            return gain
        _, promotion = short.key
        # As in settling: counting anew shows who was quicker, and the second time it is simply used up.
        (spent if promotion in missed else missed).add(promotion)


def _claims(gain: Gain) -> list[Claim]:
    to_centi = 10 ** (_CENTI_DECIMALS - gain.programme.points_decimals)
    found = (
        uses.claim_of(gain.rules[due.applied.promotion], due.applied.promotion, paid * to_centi)
        for due, paid in zip(gain.dues, gain.paid, strict=True)
    )
    return [claim for claim in found if claim is not None]


async def _give(
    session: AsyncSession,
    receipt: Receipt,
    past: _Past,
    products: dict[str, str],
    gains: list[Gain],
    *,
    main: Programme,
    now: datetime,
) -> None:
    later = past.round + 1
    session.add(
        Resettlement(tenant_id=receipt.tenant_id, receipt_id=receipt.id, round=later, products=products, rated_at=now)
    )
    rows = _awards(receipt, gains, later, first=len(past.awards))
    session.add_all(rows)
    for number, refund in enumerate(past.refunds, start=1):
        session.add_all(await reversals_of(session, receipt, refund, past.refunds[:number], rows, now=now))
    for gain in gains:
        await ledger.earn(
            session,
            tenant_id=receipt.tenant_id,
            programme_id=gain.programme.id,
            member_id=receipt.member_id,
            points=gain.points,
            reference=reference_in(given_in(receipt, later), gain.programme, main=main),
            event_at=receipt.issued_at,
            now=now,
        )


def _awards(receipt: Receipt, gains: list[Gain], later: int, *, first: int) -> list[Award]:
    given = [(gain, due) for gain in gains for due in gain.dues]
    return [
        Award(
            tenant_id=receipt.tenant_id,
            id=new_id(),
            receipt_id=receipt.id,
            programme_id=gain.programme.id,
            campaign_id=gain.rules[due.applied.promotion].campaign_id,
            position=position,
            promotion=due.applied.promotion,
            name=gain.names[due.applied.promotion],
            points=due.points,
            points_decimals=gain.programme.points_decimals,
            why=due.applied.why.msgid,
            why_params=dict(due.applied.why.params),
            lines=list(due.applied.lines),
            shares=dict(due.shares),
            round=later,
        )
        for position, (gain, due) in enumerate(given, start=first)
    ]


async def _tell(session: AsyncSession, receipt: Receipt, gains: list[Gain], later: int, *, now: datetime) -> None:
    """Say what came on top, as settling does: in the points of the first programme, with everything that gave something."""
    telling = gains[0]
    await write(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        event="receipt-rerated",
        params={
            "total_minor": receipt.total_minor,
            "currency": receipt.currency,
            "shop": receipt.seller["name"] if receipt.seller else None,
            "points": telling.points,
            "points_decimals": telling.programme.points_decimals,
            "reasons": [gain.names[due.applied.promotion] for gain in gains for due in gain.dues],
        },
        reference=f"receipt-rerated:{receipt.id}:{later}",
        now=now,
    )
