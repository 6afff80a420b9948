"""The rules that settle the details, 23 to 28: codes, reasons, what was missing, order and counts."""

from typing import Any

import pytest

from tests.backend.promotions.building import (
    MEMBER,
    Document,
    amount,
    decide,
    fixed,
    line,
    multibuy,
    percent,
    points,
    promotion,
    reasons,
    sale,
    values,
)


def coded(**condition: Any) -> Document:
    return percent("p", "10", conditions=[{"type": "code", **condition}])


@pytest.mark.parametrize("given", ["EASTER20", " easter20 ", "Easter20"])
def test_rule_23_codes_are_trimmed_and_of_any_case_and_the_used_one_is_told(given: str) -> None:
    (applied,) = decide(sale("1.00", codes=["OTHER", given]), coded(list=["x", " Easter20"], single_use=True))[
        "applied"
    ]
    assert applied["used_codes"] == [given.strip()]
    assert "used_coupons" not in applied


def test_rule_23_one_use_takes_one_code() -> None:
    (applied,) = decide(sale("1.00", codes=["B", "A"]), coded(list=["A", "B"]))["applied"]
    assert applied["used_codes"] == ["B"]


def test_rule_23_a_long_list_is_named_and_the_basket_says_what_stands_in_it() -> None:
    named = coded(list="spring")
    assert reasons(sale("1.00", codes=["A"]), named) == {"p": ("code", None)}
    assert reasons(sale("1.00", codes=["A"], code_lists={"spring": ["B"]}), named) == {"p": ("code", None)}
    assert reasons(sale("1.00", codes=[], code_lists={"spring": ["A"]}), named) == {"p": ("code", None)}
    assert values(sale("1.00", codes=["a"], code_lists={"spring": ["A"]}), named) == {"p": "0.10"}


@pytest.mark.parametrize(
    ("coupon", "series", "holds"),
    [
        ("K-7Q2M", "K", True),
        (" k-7q2m", "K", True),
        ("SPRING-26-7Q2M", "SPRING-26", True),
        ("SPRING-26-7Q2M", "SPRING", False),
        ("K", "K", False),
        ("-7Q2M", "K", False),
    ],
)
def test_rule_23_a_coupons_series_is_the_text_before_its_last_hyphen(coupon: str, series: str, holds: bool) -> None:
    basket = sale("1.00", coupons=[coupon])
    outcome = decide(basket, percent("p", "10", conditions=[{"type": "coupon", "series": series}]))
    assert [entry["used_coupons"] for entry in outcome["applied"]] == ([[coupon.strip()]] if holds else [])
    assert [entry["reason"] for entry in outcome["not_applied"]] == ([] if holds else ["coupon"])


def test_rule_24_the_first_reason_in_the_order_of_the_contract() -> None:
    conditions = [{"type": "tier", "in": ["gold"]}, {"type": "basket_total", "min": "99.00"}]
    document: Document = percent(
        "p",
        "0",
        valid={"to": "2026-01-01"},
        audience="non_members",
        conditions=conditions,
        items={"skus": ["X"]},
        limits={"total": 0, "budget": "0.00"},
        combine={"group": "g", "mode": "first"},
    )
    rival = percent("a", "1", priority=1, combine={"group": "g", "mode": "first"})
    remedies: list[tuple[str, Document]] = [
        ("validity", {"valid": None}),
        ("audience", {"audience": "everyone"}),
        ("tier", {"conditions": conditions[1:]}),
        ("basket_total", {"conditions": []}),
        ("items", {"items": None}),
        ("limit", {"limits": {"budget": "0.00"}}),
        ("nothing", {"benefit": {"type": "percent", "percent": "10"}}),
        ("budget", {"limits": None}),
        ("combine", {"combine": None}),
    ]
    basket = sale("50.00")
    for reason, remedy in remedies:
        assert reasons(basket, document, rival)["p"][0] == reason
        document |= remedy
    assert values(basket, document, rival)["p"] == "5.00"


@pytest.mark.parametrize(
    ("document", "missing"),
    [
        (percent("p", "1", conditions=[{"type": "basket_total", "above": "250.00"}]), "150.01"),
        (percent("p", "1", conditions=[{"type": "items", "items": {"skus": ["A"]}, "min_amount": "60.00"}]), "10.00"),
        (percent("p", "1", conditions=[{"type": "items", "items": {"skus": ["X"]}, "min_quantity": "1.5"}]), "1.5"),
        (percent("p", "1", conditions=[{"type": "purchase_number", "every": 5}]), "1"),
        (points("p", "150.00"), "50.00"),
        (points("p", "150.00", items={"skus": ["X"]}), "150.00"),
        (promotion("p", {"type": "per_amount", "every": "130.00", "gives": "1.00"}), "30.00"),
        (promotion("p", {"type": "per_amount", "every": "130.00", "gives": "1.00"}, items={"skus": ["X"]}), "130.00"),
        (promotion("p", {"type": "entries", "draw": "d", "every": "500.00"}), "400.00"),
        (promotion("p", {"type": "entries", "draw": "d", "every": "500.00"}, items={"skus": ["X"]}), "500.00"),
        (multibuy("p", 4, 1), "3"),
        (multibuy("p", 2, 1, items={"skus": ["X"]}), "3"),
        (multibuy("p", 2, 1, identical=True), "2"),
        (percent("p", "1", items={"skus": ["X"]}), None),
    ],
)
def test_rule_25_what_was_missing_is_told_in_its_own_unit(document: Document, missing: str | None) -> None:
    basket = sale("50.00", "50.00", member=MEMBER | {"purchases_before": 3})
    assert reasons(basket, document)["p"][1] == missing


@pytest.mark.parametrize(("before", "missing"), [(0, "4"), (3, "1"), (4, None), (5, "4"), (9, None)])
def test_rule_25_purchases_until_the_next_of_every(before: int, missing: str | None) -> None:
    basket = sale("1.00", member=MEMBER | {"purchases_before": before})
    fifth = percent("p", "10", conditions=[{"type": "purchase_number", "every": 5}])
    assert reasons(basket, fifth) == ({"p": ("purchase_number", missing)} if missing else {})


def test_rule_26_every_promotion_handed_over_is_in_exactly_one_list() -> None:
    outcome = decide(sale("1.00"), percent("a", "10"), percent("b", "10", items={"skus": ["X"]}), fixed("c", "1"))
    lists = ("applied", "not_applied", "undecided")
    assert [[entry["promotion"] for entry in outcome[key]] for key in lists] == [["a", "c"], ["b"], []]


def test_rule_26_one_that_gives_nothing_does_not_move_the_choice_of_its_group() -> None:
    best = {"group": "g", "mode": "best"}
    rivals = (
        percent("b", "20", priority=9, combine=best, items={"skus": ["B"]}),
        amount("c", "30.00", priority=9, combine=best, items={"skus": ["A"]}),
    )
    between = percent("a", "80", priority=5, items={"skus": ["A"]})
    idle = percent("idle", "50", priority=1, combine=best, items={"skus": ["X"]})
    basket = sale("100.00", "130.00")
    assert values(basket, *rivals, between, idle) == values(basket, *rivals, between) == {"a": "80.00", "b": "26.00"}


def test_rule_27_lists_are_in_the_order_of_priority_and_id_and_lines_in_that_of_the_basket() -> None:
    gifts = [
        promotion(name, {"type": "gift", "sku": name}, priority=rank) for name, rank in (("b", 2), ("a", 2), ("z", 1))
    ]
    discounts = [
        percent("y", "10", items={"skus": ["B"]}, priority=1),
        percent("x", "10", items={"skus": ["A"]}, priority=5),
    ]
    stops = [percent(name, "10", items={"skus": ["X"]}) for name in ("o", "n")]
    outcome = decide(sale("1.00", "1.00"), *gifts, *discounts, *stops)
    assert [entry["promotion"] for entry in outcome["applied"]] == ["y", "z", "a", "b", "x"]
    assert [entry["promotion"] for entry in outcome["gifts"]] == ["z", "a", "b"]
    assert [entry["promotion"] for entry in outcome["not_applied"]] == ["n", "o"]
    assert [entry["id"] for entry in outcome["lines"]] == ["1", "2"]


def test_rule_27_a_value_is_in_its_own_kind_and_nothing_for_what_has_none() -> None:
    worthless: list[Document] = [
        promotion("gift", {"type": "gift", "sku": "M"}),
        promotion("entries", {"type": "entries", "draw": "d", "count": 7}),
        promotion("coupon", {"type": "coupon", "series": "K"}),
        promotion("text", {"type": "text", "text": "T"}),
    ]
    told = values(sale("100.00", points_decimals=1), *worthless, fixed("points", "5"), percent("card", "3", "card"))
    assert told == {**dict.fromkeys(("gift", "entries", "coupon", "text"), "0.00"), "points": "5.0", "card": "3.00"}


def test_rule_27_the_lines_of_a_promotion_are_the_discounted_or_else_the_selected() -> None:
    basket = sale("100.00", "50.00", "20.00")
    outcome = decide(
        basket,
        multibuy("m", 2, 1),
        percent("card", "1", "card", items={"skus": ["A", "B"]}),
        promotion("gift", {"type": "gift", "sku": "M"}, items={"skus": ["C"]}),
    )
    assert {entry["promotion"]: entry["lines"] for entry in outcome["applied"]} == {
        "m": ["3"],
        "card": ["1", "2"],
        "gift": ["3"],
    }


@pytest.mark.parametrize(
    ("unit", "asked", "expected"),
    [
        ("l", "L", "37.50"),
        ("L", "l", "37.50"),
        ("kg", "l", "0.00"),
        (None, "l", "0.00"),
        ("kg", None, "37.50"),
        (None, None, "37.50"),
    ],
)
def test_rule_28_a_unit_is_of_any_case_and_absent_is_any(unit: str | None, asked: str | None, expected: str) -> None:
    benefit = {"type": "amount_per_unit", "amount": "3.00", "unit": asked}
    assert decide(sale(line("A", "2312.50", "12.5", unit=unit)), promotion("p", benefit))["discount"] == expected


@pytest.mark.parametrize(
    ("benefit", "count"),
    [
        ({}, 1),
        ({"count": 3}, 3),
        ({"every": "500.00"}, 2),
        ({"every": "500.00", "count": 3}, 6),
        ({"every": "600.00"}, 2),
    ],
)
def test_rule_28_entries_are_one_or_count_times_the_full_amounts(benefit: Document, count: int) -> None:
    outcome = decide(sale("1200.00"), promotion("p", {"type": "entries", "draw": "d1", **benefit}))
    assert outcome["entries"] == [{"promotion": "p", "draw": "d1", "count": count}]
