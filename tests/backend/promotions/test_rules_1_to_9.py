"""The rules that settle the details, 1 to 9: each is a law of the contract and has its own test."""

from typing import Any

import pytest

from backend.promotions.documents import MalformedDocument, read_basket, read_promotions
from backend.promotions.engine import evaluate
from tests.backend.promotions.building import (
    MEMBER,
    Document,
    amount,
    decide,
    fixed,
    line,
    lines_off,
    multibuy,
    multiply,
    off,
    percent,
    points,
    promotion,
    sale,
    values,
)

PER_100 = {"type": "per_amount", "every": "100.00", "gives": "20.00"}


def faults(*documents: Any) -> dict[str, str]:
    with pytest.raises(MalformedDocument) as refusal:
        read_promotions(list(documents))
    return {fault.pointer: fault.message for fault in refusal.value.faults}


def test_rule_1_null_is_absent_and_absent_is_the_default() -> None:
    (read,) = read_promotions([{"id": "p", "benefit": {"type": "amount", "amount": "1"}, "limits": None, "base": None}])
    assert (read.priority, read.grant.form, read.items.everything, read.conditions) == (100, "discount", True, ())


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (percent("p", "100.0001"), "/0/benefit/percent"),
        (percent("p", "-1"), "/0/benefit/percent"),
        (percent("p", "1.00001"), "/0/benefit/percent"),
        (multibuy("p", 1, 1, "101"), "/0/benefit/percent"),
        (multiply("p", "1", ["q"]), "/0/benefit/factor"),
        (multiply("p", "0.5", ["q"]), "/0/benefit/factor"),
        (amount("p", "1.001"), "/0/benefit/amount"),
        ({**amount("p", "1"), "colour": "red"}, "/0/colour"),
        (promotion("p", {"type": "amount", "amount": "1", "per": "kg"}), "/0/benefit/per"),
        (
            promotion(
                "p", {"type": "stamp", "counter": "c", "needs": 1, "reward": {"type": "percent", "percent": "101"}}
            ),
            "/0/benefit/reward/percent",
        ),
        (
            promotion("p", {"type": "stamp", "counter": "c", "needs": 1, "reward": {"type": "multiply"}}),
            "/0/benefit/reward/type",
        ),
    ],
)
def test_rule_1_what_cannot_be_is_a_fault_at_its_pointer(document: Any, pointer: str) -> None:
    assert faults(document).keys() == {pointer}


def test_rule_1_a_repeated_id_is_a_fault() -> None:
    assert faults(percent("p", "1"), percent("p", "2")) == {"/1/id": "is repeated"}


def test_rule_1_a_percentage_that_is_no_discount_may_exceed_the_price() -> None:
    assert decide(sale("10.00"), percent("p", "150", "cashback"))["cashback"] == "15.00"


@pytest.mark.parametrize(
    ("document", "pointer"),
    [
        (
            multibuy("p", 2, 1) | {"benefit": {"type": "multibuy", "buy": "2", "get": 1, "percent": "1"}},
            "/0/benefit/buy",
        ),
        (promotion("p", {"type": "entries", "draw": "d", "count": "2"}), "/0/benefit/count"),
        (percent("p", "1", limits={"per_member": "2"}), "/0/limits/per_member"),
        (percent("p", "1", conditions=[{"type": "purchase_number", "every": "5"}]), "/0/conditions/0/every"),
        (promotion("p", {"type": "percent", "percent": 5}), "/0/benefit/percent"),
        (promotion("p", {"type": "multiply", "factor": 2, "of": []}), "/0/benefit/factor"),
        (promotion("p", {"type": "gift", "sku": "M", "quantity": 1}), "/0/benefit/quantity"),
        (percent("p", "1", limits={"budget": 5}), "/0/limits/budget"),
    ],
)
def test_rule_2_counts_are_integers_and_amounts_are_strings(document: Any, pointer: str) -> None:
    assert faults(document).keys() == {pointer}


def test_rule_2_purchases_before_is_an_integer() -> None:
    with pytest.raises(MalformedDocument, match="malformed-document"):
        read_basket(sale("1.00", member=MEMBER | {"purchases_before": "3"}))


@pytest.mark.parametrize(
    ("benefit", "key"),
    [
        ({"type": "points", "points": "5"}, "points"),
        ({"type": "entries", "draw": "d"}, "entries"),
        ({"type": "gift", "sku": "MUG"}, "gifts"),
        ({"type": "coupon", "series": "K"}, "coupons"),
        ({"type": "text", "text": "HVALA"}, "texts"),
    ],
)
@pytest.mark.parametrize("form", ["discount", "card", "receipt", "cashback", "points"])
def test_rule_3_the_grant_is_ignored_where_there_is_no_choice(benefit: Any, key: str, form: str) -> None:
    outcome = decide(sale("100.00"), promotion("p", benefit, form))
    assert outcome[key] not in ("0", [])
    assert (outcome["pay"], outcome["bonuses"], outcome["cashback"]) == ("100.00", [], "0.00")


def test_rule_3_multiply_gives_in_its_targets_form_with_its_end_and_places() -> None:
    base = percent("base", "20", grant={"as": "card", "valid_to": "2026-12-31", "redeem_at": ["y"]})
    outcome = decide(sale("100.00"), base, multiply("x2", "2", ["base"], form="cashback"))
    assert outcome["bonuses"] == [
        {"promotion": name, "as": "card", "amount": "20.00", "valid_to": "2026-12-31", "redeem_at": ["y"]}
        for name in ("base", "x2")
    ]
    assert outcome["cashback"] == "0.00"


@pytest.mark.parametrize(("form", "key"), [("discount", "discount"), ("cashback", "cashback")])
def test_rule_4_a_line_benefit_is_rounded_once_a_line_in_every_form(form: str, key: str) -> None:
    assert decide(sale("0.50", "0.50", "0.50"), percent("p", "3", form))[key] == "0.06"


def test_rule_4_a_line_benefit_granted_as_points_is_rounded_once_a_line() -> None:
    assert decide(sale("5.00", "5.00", "5.00"), percent("p", "10", "points"))["points"] == "3"
    basket = sale("5.00", "5.00", "5.00", points_decimals=1)
    assert decide(basket, percent("p", "10", "points"))["points"] == "1.5"


def test_rule_4_a_basket_benefit_is_rounded_once_a_promotion() -> None:
    basket = sale("5.00", "5.00", "5.00")
    assert decide(basket, promotion("p", {"type": "points", "percent": "10"}))["points"] == "2"


def test_rule_4_a_price_for_each_unit_is_rounded_line_by_line() -> None:
    thirds = [line("A", "1.00", "0.125", unit="l"), line("A", "1.00", "0.125", unit="l")]
    per_litre = promotion("p", {"type": "amount_per_unit", "amount": "0.12", "unit": "l"})
    assert lines_off(sale(*thirds), per_litre) == {"1": "0.02", "2": "0.02"}


def test_rule_4_multibuy_and_rebate_are_rounded_line_by_line() -> None:
    basket = sale(line("A", "0.99", "2"), line("B", "0.99", "2"))
    assert lines_off(basket, multibuy("p", 1, 1, "50", identical=True)) == {"1": "0.25", "2": "0.25"}
    rebate = promotion("r", {"type": "member_rebate"})
    assert off(sale("0.50", "0.50", "0.50", member=MEMBER | {"rebate_percent": "3"}), rebate) == "0.06"


def test_rule_5_conditions_read_original_totals() -> None:
    condition = {"type": "basket_total", "min": "100.00"}
    assert off(sale("100.00"), percent("a", "50", priority=1), percent("b", "10", conditions=[condition])) == "60.00"
    some = {"type": "items", "items": {"skus": ["A"]}, "min_amount": "100.00"}
    assert off(sale("100.00"), percent("a", "50", priority=1), percent("b", "10", conditions=[some])) == "60.00"


def test_rule_6_what_counts_the_pay_follows_all_discounts_whatever_its_priority() -> None:
    basket = sale("1000.00")
    ten = percent("ten", "10", priority=900)
    entries = promotion("e", {"type": "entries", "draw": "d", "every": "100.00"}, priority=1)
    back = promotion("back", PER_100, "cashback", priority=1)
    outcome = decide(basket, points("p", priority=1), entries, back, ten)
    assert (outcome["points"], outcome["entries"][0]["count"], outcome["cashback"]) == ("9", 9, "180.00")
    assert [entry["promotion"] for entry in outcome["applied"]] == ["back", "e", "p", "ten"]


def test_rule_6_only_the_pay_of_the_promotions_own_lines_counts() -> None:
    on_a = percent("a", "50", items={"skus": ["A"]})
    assert decide(sale("100.00", "100.00"), on_a, points("p", "10.00", items={"skus": ["B"]}))["points"] == "10"
    assert decide(sale("100.00", "100.00"), on_a, points("p", "10.00", items={"skus": ["A"]}))["points"] == "5"


def test_rule_6_base_original_counts_what_was_there_before() -> None:
    assert decide(sale("1000.00"), percent("ten", "10"), points("p", base="original"))["points"] == "10"
    assert decide(sale("1000.00"), percent("ten", "10"), points("p", base="remaining"))["points"] == "9"


def test_rule_6_per_amount_as_a_discount_counts_what_is_left_at_its_turn() -> None:
    ten = percent("ten", "10", priority=50)
    assert values(sale("200.00"), ten, promotion("p", PER_100))["p"] == "20.00"
    assert values(sale("200.00"), ten, promotion("p", PER_100, priority=1))["p"] == "40.00"
    assert values(sale("200.00"), ten, promotion("p", PER_100, base="original"))["p"] == "40.00"


def test_rule_7_remaining_is_after_everything_earlier() -> None:
    earlier = percent("a", "10", priority=1)
    assert values(sale("100.00"), earlier, percent("b", "10", base="remaining")) == {"a": "10.00", "b": "9.00"}
    assert values(sale("100.00"), percent("a", "10"), percent("b", "10")) == {"a": "10.00", "b": "10.00"}
    assert values(sale("100.00"), percent("b", "10"), percent("a", "10", base="remaining")) == {
        "a": "10.00",
        "b": "10.00",
    }


@pytest.mark.parametrize("form", ["card", "cashback", "points"])
def test_rule_7_percent_in_another_form_counts_the_original_unless_said(form: str) -> None:
    first = percent("a", "50", priority=1)
    basket = sale("100.00", points_decimals=2)
    assert values(basket, first, percent("b", "10", form))["b"] == "10.00"
    assert values(basket, first, percent("b", "10", form, base="remaining"))["b"] == "5.00"


def test_rule_8_a_basket_benefit_is_spread_by_what_is_left_and_a_tie_goes_to_the_earlier_line() -> None:
    assert lines_off(sale("1.00", "1.00", "1.00"), amount("a", "0.10")) == {"1": "0.04", "2": "0.03", "3": "0.03"}
    first = percent("p", "50", priority=1, items={"skus": ["A"]})
    assert lines_off(sale("100.00", "100.00"), first, amount("a", "30.00")) == {"1": "60.00", "2": "20.00"}


def test_rule_8_a_line_benefits_excess_never_moves_to_another_line() -> None:
    first = percent("a", "90", priority=1, items={"skus": ["A"]})
    assert lines_off(sale("100.00", "100.00"), first, percent("b", "20")) == {"1": "100.00", "2": "20.00"}


def test_rule_8_no_discount_exceeds_what_is_left() -> None:
    outcome = decide(
        sale("100.00"), amount("a", "80.00", priority=1), amount("b", "80.00"), amount("c", "1.00", priority=300)
    )
    assert (outcome["discount"], outcome["pay"]) == ("100.00", "0.00")
    assert [entry["value"] for entry in outcome["applied"]] == ["80.00", "20.00"]
    assert outcome["not_applied"] == [{"promotion": "c", "reason": "nothing"}]


def test_rule_9_max_value_caps_in_the_promotions_own_kind() -> None:
    capped = {"max_value": "50.00"}
    assert lines_off(sale("100.00", "300.00"), percent("p", "20", limits=capped)) == {"1": "12.50", "2": "37.50"}
    assert decide(sale("1000.00"), percent("p", "20", "card", limits=capped))["bonuses"][0]["amount"] == "50.00"
    assert decide(sale("1000.00"), points("p", "10.00", limits=capped))["points"] == "50"
    assert off(sale("1000.00"), amount("p", "80.00", limits=capped)) == "50.00"
    assert off(sale("100.00"), percent("p", "50", limits=capped)) == "50.00"


@pytest.mark.parametrize(("decimals", "given"), [(0, "12"), (1, "12.3"), (2, "12.34")])
def test_rule_9_a_cap_on_points_is_cut_to_the_programmes_decimals(decimals: int, given: str) -> None:
    capped = fixed("p", "50", limits={"max_value": "12.34"})
    assert decide(sale("100.00", points_decimals=decimals), capped)["points"] == given


def test_rule_9_a_cap_on_entries_is_a_number_of_entries() -> None:
    entries = promotion("p", {"type": "entries", "draw": "d", "count": 7}, limits={"max_value": "3.00"})
    assert decide(sale("1.00"), entries)["entries"][0]["count"] == 3


def test_rule_9_a_multiplys_extra_has_only_its_own_cap() -> None:
    base = percent("base", "20", limits={"max_value": "50.00"})
    assert values(sale("1000.00"), base, multiply("x2", "2", ["base"])) == {"base": "50.00", "x2": "50.00"}
    x3 = multiply("x3", "3", ["base"], limits={"max_value": "60.00"})
    assert values(sale("1000.00"), base, x3) == {"base": "50.00", "x3": "60.00"}


def test_rule_8_points_are_shared_by_what_is_paid_and_by_the_original_where_nothing_is() -> None:
    def shares(*promotions: Document) -> dict[str, int]:
        outcome = evaluate(read_basket(sale("100.00", "300.00")), read_promotions(list(promotions)))
        (points_given,) = [one for one in outcome.applied if one.kind == "points"]
        return dict(points_given.shares)

    assert shares(fixed("p", "8")) == {"1": 2, "2": 6}
    assert shares(fixed("p", "8"), percent("a", "100", items={"skus": ["A"]})) == {"1": 0, "2": 8}
    assert shares(fixed("p", "8"), percent("a", "100")) == {"1": 2, "2": 6}


def test_rule_8_shares_of_several_multiplied_points_add_up() -> None:
    rules = [fixed("a", "8"), fixed("b", "4"), multiply("x2", "2", ["a", "b"])]
    outcome = evaluate(read_basket(sale("100.00", "300.00")), read_promotions(rules))
    doubled = outcome.applied[-1]
    assert (doubled.promotion, doubled.value, doubled.points) == ("x2", 12, 12)
    assert dict(doubled.shares) == doubled.point_shares == {"1": 3, "2": 9}


def test_a_member_who_never_used_a_promotion_may_use_it_once_today() -> None:
    for limit in ("per_member", "per_member_per_day", "total"):
        assert off(sale("100.00"), percent("p", "10", limits={limit: 1})) == "10.00"
