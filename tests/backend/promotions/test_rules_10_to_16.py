"""The rules that settle the details, 10 to 16: each is a law of the contract and has its own test."""

from typing import Any

import pytest

from backend.promotions.documents import MalformedDocument, read_promotions
from tests.backend.promotions.building import (
    amount,
    decide,
    fixed,
    lines_off,
    multiply,
    off,
    percent,
    points,
    promotion,
    reasons,
    sale,
    values,
)

PER_100 = {"type": "per_amount", "every": "100.00", "gives": "20.00"}


def faults(*documents: Any) -> dict[str, str]:
    with pytest.raises(MalformedDocument) as refusal:
        read_promotions(list(documents))
    return {fault.pointer: fault.message for fault in refusal.value.faults}


def test_rule_10_a_value_above_the_budget_left_gives_nothing_and_says_the_difference() -> None:
    counters = {"p": {"uses": 12, "value": "340.00"}}
    for budget, expected in (
        ("440.00", {}),
        ("439.99", {"p": ("budget", "0.01")}),
        ("300.00", {"p": ("budget", "100.00")}),
    ):
        assert reasons(sale("1000.00", counters=counters), percent("p", "10", limits={"budget": budget})) == expected


def test_rule_10_a_budget_of_points_counts_points() -> None:
    counters = {"p": {"uses": 1, "value": "95.5"}}
    assert reasons(sale("1000.00", counters=counters), points("p", limits={"budget": "100"})) == {
        "p": ("budget", "5.50")
    }
    exact = sale("1000.00", counters={"p": {"uses": 1, "value": "90"}})
    assert values(exact, points("p", limits={"budget": "100"})) == {"p": "10"}
    assert reasons(exact, points("p", limits={"budget": "99"})) == {"p": ("budget", "1")}
    hundredths = exact | {"points_decimals": 2}
    assert values(hundredths, points("p", limits={"budget": "100"})) == {"p": "10.00"}
    assert reasons(hundredths, points("p", limits={"budget": "99.75"})) == {"p": ("budget", "0.25")}


def test_rule_10_uses_are_counted_per_basket_and_an_absent_counter_is_zero() -> None:
    once = percent("p", "10", limits={"total": 1})
    assert reasons(sale("1.00"), once) == {}
    assert reasons(sale("1.00", counters={"p": {"uses": 1}}), once) == {"p": ("limit", None)}


def test_rule_11_per_member_limits_do_not_bind_an_anonymous_sale() -> None:
    limited = percent("p", "10", limits={"per_member": 0, "per_member_per_day": 0})
    assert reasons(sale("1.00"), limited) == {"p": ("limit", None)}
    assert off(sale("1.00", member=None), limited) == "0.10"


def test_rule_11_what_belongs_to_a_member_needs_one() -> None:
    of_members = [
        percent("card", "1", "card"),
        percent("cashback", "1", "cashback"),
        percent("points", "100", "points"),
        fixed("fixed", "1"),
        promotion("entries", {"type": "entries", "draw": "d"}),
        promotion("rebate", {"type": "member_rebate"}),
        promotion("stamp", {"type": "stamp", "counter": "c", "needs": 1, "reward": {"type": "text", "text": "T"}}),
    ]
    of_anybody = [
        percent("receipt", "1", "receipt"),
        promotion("gift", {"type": "gift", "sku": "MUG"}),
        promotion("text", {"type": "text", "text": "T"}),
        promotion("coupon", {"type": "coupon", "series": "K"}),
    ]
    outcome = decide(sale("100.00", member=None), *of_members, *of_anybody)
    assert {entry["promotion"] for entry in outcome["applied"]} == {entry["id"] for entry in of_anybody}
    assert {entry["reason"] for entry in outcome["not_applied"]} == {"audience"}


@pytest.mark.parametrize(("decimals", "expected"), [(0, "3"), (1, "2.5"), (2, "2.50")])
def test_rule_12_points_are_printed_with_exactly_the_decimals_of_the_basket(decimals: int, expected: str) -> None:
    basket = sale("25.00", points_decimals=decimals)
    assert decide(basket, promotion("p", {"type": "points", "percent": "10"}))["points"] == expected


def test_rule_12_every_floors_and_repeats_while_multiply_rounds_half_away() -> None:
    assert decide(sale("299.99"), points("p"))["points"] == "2"
    assert values(sale("100.00"), points("p"), multiply("x", "1.5", ["p"])) == {"p": "1", "x": "1"}
    assert values(sale("100.00"), points("p"), multiply("x", "1.4999", ["p"])) == {"p": "1"}


def test_rule_12_one_point_is_one_unit_of_currency() -> None:
    assert decide(sale("250.00"), percent("p", "10", "points"))["points"] == "25"
    assert decide(sale("250.00"), promotion("p", PER_100, "points"))["points"] == "40"
    assert decide(sale("250.00"), amount("p", "12.00", "points"))["points"] == "12"


def test_rule_13_members_of_a_group_share_one_mode() -> None:
    first, best = ({"group": "g", "mode": mode} for mode in ("first", "best"))
    assert faults(percent("a", "1", combine=first), percent("b", "1", combine=best)).keys() == {"/1/combine/mode"}
    assert faults(percent("a", "1", combine={"mode": "best"})).keys() == {"/0/combine/group"}
    assert faults(percent("a", "1", combine={"mode": "alone", "group": "g"})).keys() == {"/0/combine/group"}


def test_rule_13_only_what_passes_every_gate_and_gives_something_competes() -> None:
    first = {"group": "g", "mode": "first"}
    rivals = [
        percent("a-late", "50", combine=first, valid={"to": "2026-01-01"}),
        percent("b-limit", "50", combine=first, limits={"total": 0}),
        percent("c-items", "50", combine=first, items={"skus": ["X"]}),
        percent("d-zero", "0", combine=first),
        percent("e-budget", "50", combine=first, limits={"budget": "1.00"}),
        percent("f", "10", combine=first),
        percent("g", "20", combine=first),
    ]
    outcome = decide(sale("100.00"), *rivals)
    assert outcome["discount"] == "10.00"
    assert [(entry["promotion"], entry["reason"]) for entry in outcome["not_applied"]] == [
        ("a-late", "validity"),
        ("b-limit", "limit"),
        ("c-items", "items"),
        ("d-zero", "nothing"),
        ("e-budget", "budget"),
        ("g", "combine"),
    ]


def test_rule_13_first_is_by_rank_even_when_the_first_runs_later() -> None:
    first = {"group": "g", "mode": "first"}
    basket, ten = sale("100.00"), percent("ten", "10", priority=2, combine=first)
    assert values(basket, fixed("five", "5", priority=1, combine=first), ten) == {"five": "5"}
    assert values(basket, fixed("five", "5", priority=3, combine=first), ten) == {"ten": "10.00"}


def test_rule_13_all_applies_together() -> None:
    group = {"group": "g", "mode": "all"}
    assert off(sale("100.00"), percent("a", "10", combine=group), percent("b", "20", combine=group)) == "30.00"


def test_rule_14_best_is_the_one_worth_most_and_a_tie_goes_to_the_lower_rank() -> None:
    best = {"group": "g", "mode": "best"}
    assert values(sale("100.00"), percent("a", "10", combine=best), percent("b", "20", combine=best)) == {"b": "20.00"}
    assert values(sale("100.00"), percent("b", "20", combine=best), amount("a", "20.00", combine=best)) == {
        "a": "20.00"
    }
    later = percent("a", "20", combine=best, priority=101)
    assert values(sale("100.00"), later, amount("b", "20.00", combine=best)) == {"b": "20.00"}


def test_rule_14_points_are_worth_what_the_basket_says() -> None:
    best = {"group": "g", "mode": "best"}
    rivals = percent("ten", "10", combine=best), fixed("points", "15", combine=best)
    assert values(sale("100.00"), *rivals) == {"points": "15"}
    assert values(sale("100.00", point_value="0.50"), *rivals) == {"ten": "10.00"}
    assert values(sale("100.00", points_decimals=2), *rivals) == {"points": "15.00"}
    assert values(sale("100.00", points_decimals=2), rivals[0], fixed("points", "9.99", combine=best)) == {
        "ten": "10.00"
    }


def test_rule_14_best_is_decided_when_its_first_member_comes_up_on_what_is_left_then() -> None:
    best = {"group": "g", "mode": "best"}
    small = percent("small", "20", priority=2, combine=best, items={"skus": ["B"]})
    large = percent("large", "30", priority=9, combine=best, items={"skus": ["A"]})
    basket = sale("100.00", "100.00")
    assert values(basket, percent("a", "75", priority=1, items={"skus": ["A"]}), small, large) == {
        "a": "75.00",
        "large": "25.00",
    }
    assert values(basket, percent("a", "75", priority=5, items={"skus": ["A"]}), small, large) == {
        "a": "75.00",
        "large": "25.00",
    }
    assert values(basket, percent("a", "95", priority=1, items={"skus": ["A"]}), small, large) == {
        "a": "95.00",
        "small": "20.00",
    }
    assert values(basket, percent("a", "95", priority=5, items={"skus": ["A"]}), small, large) == {
        "a": "95.00",
        "large": "5.00",
    }


def test_rule_14_multipliers_do_not_count_when_best_is_chosen() -> None:
    best = {"group": "g", "mode": "best"}
    rivals = percent("a", "10", combine=best), percent("b", "11", combine=best)
    assert values(sale("100.00"), *rivals, multiply("x9", "9", ["a"])) == {"b": "11.00"}


def test_rule_15_several_factors_add_up_and_never_compound() -> None:
    base = percent("base", "20", "card")
    x2, x3 = multiply("x2", "2", ["base"], priority=1), multiply("x3", "3", ["base", "x2"], priority=2)
    assert values(sale("100.00"), base, x2, x3) == {"base": "20.00", "x2": "20.00", "x3": "40.00"}


def test_rule_15_a_group_can_be_the_target() -> None:
    group = {"group": "bonuses", "mode": "all"}
    basket = sale("100.00")
    outcome = decide(
        basket,
        percent("a", "10", "card", combine=group),
        percent("b", "5", combine=group),
        percent("c", "1"),
        multiply("x2", "2", {"group": "bonuses"}),
    )
    assert outcome["discount"] == "11.00"
    assert [(bonus["promotion"], bonus["amount"]) for bonus in outcome["bonuses"]] == [("a", "10.00"), ("x2", "10.00")]


def test_rule_15_a_multiplied_discount_stays_within_what_is_left() -> None:
    outcome = decide(
        sale("100.00", "50.00"), percent("base", "60", items={"skus": ["A"]}), multiply("x2", "2", ["base"])
    )
    assert outcome["lines"] == [{"id": "1", "discount": "100.00"}]
    assert values(sale("100.00"), percent("base", "60"), multiply("x2", "2", ["base"]))["x2"] == "40.00"
    assert off(sale("60.00", "60.00"), amount("base", "50.00"), multiply("x2", "2", ["base"])) == "100.00"
    assert off(sale("30.00", "30.00"), amount("base", "50.00"), multiply("x2", "2", ["base"])) == "60.00"


def test_rule_15_extras_of_several_targets_share_what_is_left_and_one_cap() -> None:
    thirty = percent("a", "30"), percent("b", "30")
    assert values(sale("100.00"), *thirty, multiply("x2", "2", ["a", "b"])) == {
        "a": "30.00",
        "b": "30.00",
        "x2": "40.00",
    }
    cards = percent("a", "20", "card"), percent("b", "20", "card")
    x2 = multiply("x2", "2", ["a", "b"], limits={"max_value": "30.00"})
    assert [bonus["amount"] for bonus in decide(sale("100.00"), *cards, x2)["bonuses"]] == [
        "20.00",
        "20.00",
        "20.00",
        "10.00",
    ]
    discounts = (
        percent("a", "20", limits={"max_value": "7.00"}),
        multiply("x3", "3", ["a"], limits={"max_value": "5.00"}),
    )
    assert lines_off(sale("100.00", "300.00"), *discounts) == {"1": "3.00", "2": "9.00"}


def test_rule_15_an_extra_is_spread_as_its_target_was() -> None:
    first, lines = percent("a", "30", priority=1, items={"skus": ["A"]}), sale("100.00", "1000.00")
    assert values(lines, first, percent("b", "60"), multiply("x", "1.5", ["b"]))["x"] == "310.00"
    half_of_a = percent("a", "50", items={"skus": ["A"]})
    basket_benefit = amount("b", "50.00", priority=1)
    assert lines_off(sale("60.00", "60.00"), basket_benefit, half_of_a, multiply("x", "2", ["b"])) == {
        "1": "60.00",
        "2": "60.00",
    }


def test_rule_15_counts_floor() -> None:
    entries = promotion("e", {"type": "entries", "draw": "d", "count": 3})
    assert [entry["count"] for entry in decide(sale("1.00"), entries, multiply("x", "1.5", ["e"]))["entries"]] == [3, 1]
    gift = promotion("g", {"type": "gift", "sku": "M", "quantity": "3"})
    assert [one["quantity"] for one in decide(sale("1.00"), gift, multiply("x", "1.5", ["g"]))["gifts"]] == ["3", "1"]
    text = promotion("t", {"type": "text", "text": "T"})
    assert decide(sale("1.00"), text, multiply("x", "1.9", ["t"]))["texts"] == ["T"]


def test_rule_15_lines_of_several_multiplied_discounts_are_named_once_and_in_the_baskets_order() -> None:
    targets = [percent("a", "10", items={"skus": ["B"]}), percent("b", "10")]
    applied = decide(sale("100.00", "100.00"), *targets, multiply("x2", "2", ["a", "b"]))["applied"]
    assert {entry["promotion"]: entry["lines"] for entry in applied} == {"a": ["2"], "b": ["1", "2"], "x2": ["1", "2"]}


def test_rule_15_nothing_to_multiply_is_nothing() -> None:
    late = percent("base", "20", valid={"to": "2026-01-01"})
    assert reasons(sale("1.00"), late, multiply("x2", "2", ["base"]))["x2"] == ("nothing", None)
    assert reasons(sale("1.00"), multiply("x2", "2", ["nobody"]))["x2"] == ("nothing", None)


def test_rule_15_points_count_the_pay_after_multiplied_discounts_and_are_multiplied_themselves() -> None:
    basket, discount = sale("1000.00"), percent("ten", "10")
    outcome = decide(basket, discount, points("p"), multiply("x2", "2", ["ten", "p"]))
    assert (outcome["pay"], outcome["points"]) == ("800.00", "16")
    assert [entry["promotion"] for entry in outcome["applied"]] == ["p", "ten", "x2"]


@pytest.mark.parametrize(("budget", "extra_points"), [("108", 8), ("107.99", 0)])
def test_rule_15_one_budget_holds_all_forms_of_a_multiplier(budget: str, extra_points: int) -> None:
    x2 = multiply("x2", "2", ["ten", "p"], limits={"budget": budget})
    outcome = decide(sale("1000.00"), percent("ten", "10"), points("p"), x2)
    assert (outcome["pay"], outcome["points"]) == ("800.00", str(8 + extra_points))


def test_rule_15_of_a_group_of_factors_the_best_can_be_the_only_one() -> None:
    best = {"group": "factors", "mode": "best"}
    factors = multiply("x2", "2", ["p"], combine=best), multiply("x3", "3", ["p"], combine=best)
    assert values(sale("500.00"), points("p"), *factors) == {"p": "5", "x3": "10"}
    assert values(sale("500.00"), percent("p", "10"), *factors) == {"p": "50.00", "x3": "100.00"}


ALONE = {"mode": "alone"}


def test_rule_16_whichever_is_worth_more_applies() -> None:
    rest = percent("a", "10"), percent("b", "10")
    assert values(sale("100.00"), *rest, percent("alone", "25", combine=ALONE)) == {"alone": "25.00"}
    assert values(sale("100.00"), *rest, percent("alone", "15", combine=ALONE)) == {"a": "10.00", "b": "10.00"}
    assert reasons(sale("100.00"), *rest, percent("alone", "25", combine=ALONE)) == {
        "a": ("combine", None),
        "b": ("combine", None),
    }


def test_rule_16_worth_is_discounts_cashback_bonuses_and_points() -> None:
    rest = [percent(form, "5", form) for form in ("discount", "cashback", "card", "receipt")] + [fixed("points", "5")]
    basket = sale("100.00")
    assert reasons(basket, *rest, percent("alone", "24.99", combine=ALONE)) == {"alone": ("combine", None)}
    assert values(basket, *rest, percent("alone", "25.01", combine=ALONE)) == {"alone": "25.01"}
    assert values(sale("100.00", point_value="0.99"), *rest, percent("alone", "25", combine=ALONE)) == {
        "alone": "25.00"
    }


def test_rule_16_a_tie_goes_to_the_lowest_rank_that_applied() -> None:
    alone = percent("m", "10", combine=ALONE)
    assert values(sale("100.00"), alone, percent("a", "10")) == {"a": "10.00"}
    assert values(sale("100.00"), alone, percent("z", "10")) == {"m": "10.00"}
    assert values(sale("100.00"), alone, percent("a", "5"), percent("z", "5")) == {"a": "5.00", "z": "5.00"}
    not_applied = percent("a", "10", items={"skus": ["X"]})
    assert values(sale("100.00"), alone, not_applied, percent("z", "10")) == {"m": "10.00"}
    assert values(sale("100.00"), alone, percent("k", "10", combine=ALONE)) == {"k": "10.00"}


def test_rule_16_gifts_count_nothing_but_something_beats_nothing() -> None:
    gift = promotion("gift", {"type": "gift", "sku": "M"}, combine=ALONE)
    assert values(sale("100.00"), gift, percent("p", "1")) == {"p": "1.00"}
    assert values(sale("100.00"), gift, percent("p", "0")) == {"gift": "0.00"}
    assert reasons(sale("100.00"), gift, percent("p", "0")) == {"p": ("nothing", None)}


def test_rule_16_nothing_else_applies_with_it_not_even_a_multiplier() -> None:
    alone = percent("alone", "25", combine=ALONE)
    assert values(sale("100.00"), alone, percent("a", "10"), multiply("x2", "2", ["alone", "a"])) == {"alone": "25.00"}
    assert values(sale("100.00"), alone, percent("a", "20"), multiply("x2", "2", ["alone", "a"])) == {
        "a": "20.00",
        "x2": "20.00",
    }


def test_rule_15_a_factor_has_a_bound_and_a_multiplier_adds_only_so_many_papers() -> None:
    assert faults(multiply("m", "100.0001", ["t"])) == {"/0/benefit/factor": "must be at most 100"}
    text, coupon = {"type": "text", "text": "T"}, {"type": "coupon", "series": "S"}
    targets = [promotion(f"{kind['type']}{no}", kind) for no in range(3) for kind in (text, coupon)]
    outcome = decide(sale("1.00"), *targets, multiply("m", "100", [target["id"] for target in targets]))
    for kind in ("text", "coupon"):
        assert len(outcome[f"{kind}s"]) == len(targets) // 2 + 100
    entries = promotion("e", {"type": "entries", "draw": "d", "count": 5})
    multiplied = decide(sale("1.00"), entries, multiply("m", "100", ["e"]))
    assert sum(given["count"] for given in multiplied["entries"]) == 500
