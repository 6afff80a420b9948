"""Decides a portion of receipts anew and adds up what comes of it: pure, for a thread of its own.

A receipt on which something breaks gives nothing and is counted as broken.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from backend.accrual.applicable import evaluate_paid
from backend.accrual.baskets import basket_of_receipt
from backend.accrual.decision import Decision
from backend.accrual.replay_awards import POINTS, Counted, compare, given_by, would_give
from backend.accrual.replay_facts import SPENT, carry_cards, move_cards
from backend.accrual.replay_limits import Allowance, as_it_went
from backend.accrual.replay_portion import OfMember, Portion
from backend.accrual.replay_rulings import Frame, Ruling
from backend.promotions.basket import Basket
from backend.promotions.budget import value_centi
from backend.promotions.contract import MONEY_FORMS
from backend.promotions.outcome import Applied, Outcome
from backend.receipts.models import Receipt

Sum = tuple[str, str, str, str]
"""What it is a sum of, which one, of what, and in which currency (empty for what is no money)."""
NO_CURRENCY = ""
ALL, DAY, PROMOTION, PRODUCT = "all", "day", "promotion", "product"
GIVEN, WOULD_GIVE = "given", "would_give"


@dataclass(slots=True)
class Tally:
    """The sums of a portion, and its members as it leaves them."""

    sums: dict[Sum, int] = field(default_factory=lambda: defaultdict(int))
    members: dict[UUID, OfMember] = field(default_factory=dict)


def decide_portion(frame: Frame, portion: Portion, allowance: Allowance) -> Tally:
    """The sums of the portion; the allowance goes on from receipt to receipt."""
    tally, own = Tally(), frame.rule.ids
    for receipt in portion.receipts:
        member = tally.members.setdefault(receipt.member_id, portion.standing[receipt.member_id])
        awards = portion.awards.get(receipt.id, [])
        cards = carry_cards(member.cards, awards)
        basket, outcome = _basket(frame, portion, receipt), None
        if receipt.earns and receipt.member_id in portion.participants:
            try:
                outcome = _decided(portion, receipt, basket, allowance, member, cards, tally)
            except Exception:  # noqa: BLE001 (whatever a campaign does, the others are replayed)
                tally.sums[ALL, "", "broken", NO_CURRENCY] += 1
        move_cards(member.cards, awards, outcome)
        member.receipts += 1
        tally.sums[ALL, "", "receipts", NO_CURRENCY] += 1
        _compare(tally, member, given_by(awards, receipt.currency), would_give(outcome))
        applied = [each for each in outcome.applied if each.promotion in own] if outcome else []
        if outcome and applied:
            member.touched += 1
            _add(tally, portion, receipt, basket, outcome, applied)
    return tally


def _compare(tally: Tally, member: OfMember, given: Counted, would: Counted) -> None:
    compare(member.awards, given, would)
    member.given += given.get(POINTS, 0)
    member.would_give += would.get(POINTS, 0)
    for of, side in ((GIVEN, given), (WOULD_GIVE, would)):
        for kind, amount in side.items():
            tally.sums[of, kind.name, kind.kind, kind.currency] += amount


def _decided(
    portion: Portion,
    receipt: Receipt,
    basket: Basket,
    allowance: Allowance,
    member: OfMember,
    cards: Mapping[str, int],
    tally: Tally,
) -> Outcome:
    """As a receipt is settled: by all that is known of the member, and with codes and coupons used up."""
    ruling = portion.rulings.at(receipt)
    basket = portion.past.seen_by(receipt, basket, ruling.said.asked, cards)
    outcome = _within_limits(basket, ruling, allowance, member, portion.used.get(receipt.id, ()))
    for name, code in portion.past.spend(Decision(ruling.said, outcome)) if receipt.presented else ():
        tally.sums[SPENT, name, code, NO_CURRENCY] += 1
    return outcome


def _within_limits(
    basket: Basket, ruling: Ruling, allowance: Allowance, member: OfMember, used: Iterable[str]
) -> Outcome:
    """What all promotions together may not take, one of them stands back for."""
    day = basket.now.date().isoformat()
    basket = as_it_went(basket, ruling.limited, frozenset(used))
    promotions = ruling.said.index.touched(basket)
    spent: set[str] = set()
    while True:
        facts = basket.member
        assert facts is not None, "a receipt is a member's"
        uses = {**facts.uses, **allowance.uses(member.uses, day, spent)}
        counters = {**basket.counters, **allowance.counters(spent)}
        outcome = evaluate_paid(replace(basket, counters=counters, member=replace(facts, uses=uses)), promotions)
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
            add(of, name, "value", value_centi(one.awards, outcome.points_decimals))
            for award in one.awards:
                add(of, name, award.kind, award.value, money=award.kind in MONEY_FORMS)
    _add_products(portion, receipt, applied, to_centi, add)


def _add_products(
    portion: Portion, receipt: Receipt, applied: list[Applied], to_centi: int, add: Callable[..., None]
) -> None:
    """What the lines brought; things that no line carries count for the lines that they were given on."""
    lines = {str(line.no): line for line in portion.lines.get(receipt.id, ())}
    brought = {no for one in applied for no in _lines_of(one)}
    products = {no: product for no in brought if (product := portion.product_of(receipt, lines[no])) is not None}
    for sku in {product.sku for product in products.values()}:
        add(PRODUCT, sku, "receipts", 1)
    for award in (award for one in applied for award in one.awards):
        for no, share in award.shares:
            if no not in products or not share:
                continue
            money = award.kind in MONEY_FORMS
            add(PRODUCT, products[no].sku, award.kind, share, money=money)
            if money or award.kind == "points":
                add(PRODUCT, products[no].sku, "value", share if money else share * to_centi)


def _lines_of(applied: Applied) -> set[str]:
    shared = {no for award in applied.awards for no, share in award.shares if share}
    return shared | set(applied.lines if any(not award.shares for award in applied.awards) else ())
