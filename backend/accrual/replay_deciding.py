"""Decides a portion of receipts anew and adds up what comes of it: pure, for a thread of its own.

A receipt on which something breaks gives nothing and is counted as broken.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from uuid import UUID

from backend.accrual.baskets import basket_of_receipt
from backend.accrual.replay_limits import Allowance, MemberUses, as_it_went, value_of
from backend.accrual.replay_portion import Frame, Portion
from backend.campaigns.content import Limits
from backend.campaigns.queries import promotions_of, rules_among
from backend.campaigns.timeline import Rule
from backend.promotions.basket import Basket
from backend.promotions.contract import MONEY_FORMS, Award
from backend.promotions.engine import evaluate
from backend.promotions.index import Index, compile_index
from backend.promotions.outcome import Applied, Outcome
from backend.receipts.models import Receipt

Sum = tuple[str, str, str, str]
"""What it is a sum of, which one, of what, and in which currency (empty for what is no money)."""
NO_CURRENCY = ""
ALL, DAY, PROMOTION, PRODUCT = "all", "day", "promotion", "product"


@dataclass(slots=True)
class OfMember:
    """What a member's receipts of a portion come to, in points."""

    receipts: int = 0
    touched: int = 0
    given: int = 0
    would_give: int = 0
    uses: MemberUses = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """The sums of a portion."""

    sums: dict[Sum, int] = field(default_factory=lambda: defaultdict(int))
    members: dict[UUID, OfMember] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ruling:
    """The promotions that hold at a moment, and the limited ones of other campaigns."""

    index: Index
    limited: dict[str, Limits]


class Rulings:
    """What holds at a moment, read once for each set of revisions and schemes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._read: dict[tuple[tuple[UUID, int, str | None], ...], Ruling] = {}

    def at(self, receipt: Receipt) -> Ruling:
        """The other campaigns as they held when the receipt was issued, and the replayed rule."""
        others = rules_among(self._frame.others, receipt.issued_at)
        key = tuple((rule.campaign_id, rule.version, rule.scheme) for rule in others)
        if key not in self._read:
            self._read[key] = self._ruling(others)
        return self._read[key]

    def _ruling(self, others: list[Rule]) -> Ruling:
        limited = {promotion: limits for rule in others for promotion, limits in rule.limits.items()}
        return Ruling(compile_index(promotions_of([*others, self._frame.rule])), limited)


def decide_portion(frame: Frame, portion: Portion, allowance: Allowance) -> Tally:
    """The sums of the portion; the allowance goes on from receipt to receipt."""
    tally, rulings, own = Tally(), Rulings(frame), frame.rule.ids
    for receipt in portion.receipts:
        member = tally.members.get(receipt.member_id)
        if member is None:
            member = OfMember(uses=portion.member_uses.get(receipt.member_id, {}))
            tally.members[receipt.member_id] = member
        basket = _basket(frame, portion, receipt)
        outcome = None
        if receipt.earns and receipt.member_id in portion.participants:
            try:
                outcome = _decided(basket, rulings.at(receipt), allowance, member, portion.used.get(receipt.id, ()))
            except Exception:  # noqa: BLE001 (whatever a campaign does, the others are replayed)
                tally.sums[ALL, "", "broken", NO_CURRENCY] += 1
        given = portion.given.get(receipt.id, 0)
        would_give = outcome.points if outcome else 0
        member.receipts += 1
        member.given += given
        member.would_give += would_give
        for measure, amount in (("receipts", 1), ("given", given), ("would_give", would_give)):
            tally.sums[ALL, "", measure, NO_CURRENCY] += amount
        applied = [each for each in outcome.applied if each.promotion in own] if outcome else []
        if outcome and applied:
            member.touched += 1
            _add(tally, portion, receipt, basket, outcome, applied)
    return tally


def _decided(basket: Basket, ruling: Ruling, allowance: Allowance, member: OfMember, used: Iterable[str]) -> Outcome:
    """As a receipt is decided: what all promotions together may not take, one of them stands back for."""
    day = basket.now.date().isoformat()
    basket = as_it_went(basket, ruling.limited, frozenset(used))
    promotions = ruling.index.touched(basket)
    spent: set[str] = set()
    while True:
        facts = basket.member
        assert facts is not None, "a receipt is a member's"
        uses = {**facts.uses, **allowance.uses(member.uses, day, spent)}
        counters = {**basket.counters, **allowance.counters(spent)}
        outcome = evaluate(replace(basket, counters=counters, member=replace(facts, uses=uses)), promotions)
        taken = allowance.taken_by(outcome)
        short = allowance.short(taken)
        if short is None:
            allowance.take(taken, member.uses, day)
            allowance.note_stopped(outcome, day)
            return outcome
        spent.add(short)


def _basket(frame: Frame, portion: Portion, receipt: Receipt) -> Basket:
    lines = portion.lines.get(receipt.id, [])
    found = {str(line.no): portion.product_of(receipt, line) for line in lines}
    return basket_of_receipt(
        receipt,
        lines,
        {no: product for no, product in found.items() if product is not None},
        groups=portion.product_groups,
        tenant=frame.tenant,
        programme=frame.programme,
        outlet=portion.outlets.get(receipt.outlet_id) if receipt.outlet_id else None,
        member_groups=portion.member_groups.get(receipt.member_id, ()),
    )


def _add(
    tally: Tally, portion: Portion, receipt: Receipt, basket: Basket, outcome: Outcome, applied: list[Applied]
) -> None:
    """What the replayed campaign gives: in all, by day and by promotion, and on which products."""
    day, currency = basket.now.date().isoformat(), outcome.currency
    to_centi = 10 ** (2 - outcome.points_decimals)

    def add(of: str, name: str, measure: str, amount: int, *, money: bool = False) -> None:
        tally.sums[of, name, measure, currency if money else NO_CURRENCY] += amount

    for of, name in ((ALL, ""), (DAY, day), *((PROMOTION, one.promotion) for one in applied)):
        add(of, name, "touched", 1)
    for one in applied:
        for of, name in ((ALL, ""), (DAY, day), (PROMOTION, one.promotion)):
            add(of, name, "uses", 1)
            add(of, name, "value", value_of(one, to_centi))
            for award in one.awards:
                add(of, name, award.kind, award.value, money=award.kind in MONEY_FORMS)
    _add_products(portion, receipt, [award for one in applied for award in one.awards], to_centi, add)


def _add_products(
    portion: Portion, receipt: Receipt, awards: list[Award], to_centi: int, add: Callable[..., None]
) -> None:
    lines = {str(line.no): line for line in portion.lines.get(receipt.id, ())}
    seen: set[str] = set()
    for award in awards:
        for no, share in award.shares:
            product = portion.product_of(receipt, lines[no])
            if product is None or not share:
                continue
            if product.sku not in seen:
                seen.add(product.sku)
                add(PRODUCT, product.sku, "receipts", 1)
            money = award.kind in MONEY_FORMS
            add(PRODUCT, product.sku, award.kind, share, money=money)
            if money or award.kind == "points":
                add(PRODUCT, product.sku, "value", share if money else share * to_centi)
