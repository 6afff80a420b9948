"""The rules that settle the details, 17 to 22: units, prices, lines, names and time."""

from typing import Any

import pytest

from backend.promotions.documents import MalformedDocument, read_basket
from tests.backend.promotions.building import (
    MEMBER,
    Document,
    amount,
    decide,
    fixed,
    line,
    lines_off,
    multibuy,
    off,
    percent,
    promotion,
    reasons,
    sale,
    values,
)


def test_rule_17_units_are_whole_and_cost_the_total_divided_by_the_quantity() -> None:
    assert off(sale(line("A", "100.00", "2.5")), multibuy("p", 1, 1)) == "40.00"
    assert off(sale(line("A", "100.00", "3", unit_price="50.00")), multibuy("p", 2, 1)) == "33.33"
    assert reasons(sale(line("A", "100.00", "1.999")), multibuy("p", 1, 1)) == {"p": ("items", "1")}


def test_rule_17_unit_prices_are_exact_and_rounded_once_a_line() -> None:
    assert off(sale(line("A", "100.00", "9")), multibuy("p", 2, 1)) == "33.33"
    assert off(sale(line("A", "1.00", "6")), multibuy("p", 2, 1, "50")) == "0.17"


def test_rule_17_at_equal_prices_the_earlier_line_is_the_dearer() -> None:
    assert lines_off(sale("100.00", "100.00", "100.00"), multibuy("p", 2, 1)) == {"3": "100.00"}
    prices = sale(line("A", "100.00", "3"), line("B", "66.666", "2") | {"total": "66.66"}, line("C", "33.34", "1"))
    assert lines_off(prices, multibuy("p", 5, 1)) == {"2": "33.33"}


@pytest.mark.parametrize(
    "unit", ["kg", "KG", "g", "l", "L", "ml", "m", "м", "кг", "л", "dag", "m2", "m²", "gr.", "litar", "t", "cm"]
)
def test_rule_17_weighed_or_measured_lines_take_no_part(unit: str) -> None:
    measured = line("A", "100.00", "4", unit=unit)
    assert reasons(sale(measured), multibuy("p", 1, 1)) == {"p": ("items", "2")}


@pytest.mark.parametrize("unit", ["kom", "KOM", "ком", "pak", "kutija", "par", None, ""])
def test_rule_17_pieces_and_lines_without_a_unit_take_part(unit: str | None) -> None:
    assert off(sale(line("A", "100.00", "4", unit=unit)), multibuy("p", 1, 1)) == "50.00"


def test_rule_17_base_remaining_prices_units_by_what_is_left() -> None:
    half = percent("half", "50", priority=1)
    assert values(sale(line("A", "100.00", "2")), half, multibuy("p", 1, 1, base="remaining"))["p"] == "25.00"
    assert values(sale(line("A", "100.00", "2")), half, multibuy("p", 1, 1))["p"] == "50.00"


def test_rule_18_only_whole_groups_from_the_dearest_down() -> None:
    assert lines_off(sale("60.00", "50.00", "40.00", "30.00", "20.00"), multibuy("p", 2, 1)) == {"3": "40.00"}
    six = sale("60.00", "50.00", "40.00", "30.00", "20.00", "10.00")
    assert lines_off(six, multibuy("p", 2, 1)) == {"3": "40.00", "6": "10.00"}
    assert lines_off(six, multibuy("p", 1, 2)) == {"2": "50.00", "3": "40.00", "5": "20.00", "6": "10.00"}


def test_rule_18_without_repeat_the_group_worth_most_is_kept() -> None:
    six = sale("60.00", "50.00", "40.00", "30.00", "20.00", "10.00")
    assert lines_off(six, multibuy("p", 2, 1, repeat=False)) == {"3": "40.00"}
    pairs = sale(line("A", "20.00", "2"), line("B", "60.00", "2"), line("C", "60.00", "2"))
    assert lines_off(pairs, multibuy("p", 1, 1, identical=True, repeat=False)) == {"2": "30.00"}


def test_rule_18_a_unit_is_used_once_and_only_when_its_promotion_applied() -> None:
    five = sale(line("A", "500.00", "5"))
    first, second = multibuy("a", 2, 1), multibuy("b", 1, 1)
    assert values(five, first, second) == {"a": "100.00", "b": "100.00"}
    assert values(five, first | {"limits": {"total": 0}}, second) == {"b": "200.00"}
    assert reasons(sale(line("A", "400.00", "4")), first, second) == {"b": ("items", "1")}
    group = {"group": "g", "mode": "best"}
    assert values(five, first | {"combine": group}, second | {"combine": group}) == {"b": "200.00"}


def test_rule_18_other_benefits_do_not_use_units_up() -> None:
    assert off(sale(line("A", "200.00", "2")), percent("a", "10", priority=1), multibuy("b", 1, 1)) == "120.00"


@pytest.mark.parametrize(
    ("first", "second", "identical"),
    [
        ({"sku": "A", "gtin": "1"}, {"sku": "A", "gtin": "2"}, True),
        ({"sku": "A", "gtin": "1"}, {"sku": "B", "gtin": "1"}, False),
        ({"gtin": "8600115405206"}, {"gtin": "08600115405206"}, True),
        ({"gtin": "8600115405206"}, {"gtin": "8600115405207"}, False),
        ({"sku": "08600115405206"}, {"gtin": "8600115405206"}, False),
        ({"name": "Mleko"}, {"name": "Mleko"}, False),
    ],
)
def test_rule_18_identical_goes_by_sku_then_gtin_then_line(first: Document, second: Document, identical: bool) -> None:
    basket = sale(*({"quantity": "1", "total": "50.00"} | facts for facts in (first, second)))
    assert off(basket, multibuy("p", 1, 1, identical=True)) == ("50.00" if identical else "0.00")


def test_rule_18_a_line_on_its_own_is_identical_to_itself() -> None:
    assert off(sale(line(None, "50.00", "2")), multibuy("p", 1, 1, identical=True)) == "25.00"


def test_rule_18_millions_of_units_cost_no_more_than_one() -> None:
    assert off(sale(line("A", "999999999999.00", "999999999999")), multibuy("p", 1, 1)) == "499999999999.00"


@pytest.mark.parametrize(
    ("total", "quantity", "price", "expected"),
    [
        ("499.00", "1", "449.00", "50.00"),
        ("998.00", "2", "449.00", "100.00"),
        ("400.00", "1", "449.00", "0.00"),
        ("100.00", "0.333", "100.00", "66.70"),
        ("10.00", "1.005", "1.00", "8.99"),
    ],
)
def test_rule_19_a_loyalty_price_is_rounded_for_the_quantity_and_never_a_surcharge(
    total: str, quantity: str, price: str, expected: str
) -> None:
    prices = promotion("p", {"type": "price", "prices": {"A": price}})
    assert off(sale(line("A", total, quantity)), prices) == expected


def test_rule_19_a_price_looks_only_at_lines_that_it_names() -> None:
    prices = promotion("p", {"type": "price", "prices": {"A": "1.00"}})
    assert lines_off(sale("10.00", "10.00"), prices) == {"1": "9.00"}
    assert reasons(sale(line("X", "10.00"), line(None, "10.00")), prices) == {"p": ("items", None)}
    assert reasons(sale("1.00"), prices) == {"p": ("nothing", None)}
    assert values(sale("10.00"), percent("a", "50", priority=1), prices | {"base": "remaining"})["p"] == "4.00"


@pytest.mark.parametrize(("quantity", "total"), [("0", "1.00"), ("-1", "1.00"), ("1", "-0.01")])
def test_rule_20_a_line_without_quantity_or_below_zero_is_a_fault(quantity: str, total: str) -> None:
    with pytest.raises(MalformedDocument):
        read_basket(sale(line("A", total, quantity)))


def test_rule_20_zero_total_lines_are_in_no_condition_benefit_or_unit() -> None:
    basket = sale(line("A", "0.00"), line("B", "10.00"))
    condition = {"type": "items", "items": {"skus": ["A"]}, "min_quantity": "1"}
    assert reasons(basket, percent("p", "10", conditions=[condition])) == {"p": ("items", "1")}
    assert reasons(basket, percent("p", "10", items={"skus": ["A"]})) == {"p": ("items", None)}
    assert reasons(basket, multibuy("p", 1, 1)) == {"p": ("items", "1")}
    assert decide(basket, percent("p", "10", "card"))["applied"][0]["lines"] == ["2"]


@pytest.mark.parametrize(
    ("name", "entry", "picked"),
    [
        ("КАЈМАК СТАРИ 250Г/КОМ", "kajmak", True),
        ("MLEKOVITA SIR 200G", "mleko", False),
        ("Đački sendvič", "djacki", True),
        ("Ђачки сендвич", "đački", True),
        ("DJEVREK", "đevrek", True),
        ("Љубичица", "ljubicica", True),
        ("ЊОКЕ", "njoke", True),
        ("Џем кајсија", "džem", True),
        ("DZEM", "џем", True),
        ("Mleko 1L/KOM", "mleko 1l", True),
        ("Mleko sveže 1L", "mleko 1l", False),
        ("ŽUTI ŠEĆER", "zuti secer", True),
        ("coca-cola", "Coca Cola", True),
    ],
)
def test_rule_21_names_are_folded_and_match_as_consecutive_whole_words(name: str, entry: str, picked: bool) -> None:
    outcome = decide(sale(line(None, "1.00", name=name)), fixed("p", "5", items={"names": ["xyz", entry]}))
    assert outcome["points"] == ("5" if picked else "0")


@pytest.mark.parametrize(
    ("items", "lines"),
    [
        ({"skus": []}, []),
        ({"skus": ["a"]}, []),
        ({"skus": ["A"]}, ["1"]),
        ({"except": {"skus": ["A"]}}, ["2"]),
        ({"groups": ["Dairy"]}, []),
        ({"groups": ["dairy"], "skus": ["B"]}, ["1", "2"]),
        ({"groups": ["dairy"], "skus": ["B"], "except": {"brands": ["Imlek"]}}, ["2"]),
        ({"gtins": ["8600115405206"]}, ["1"]),
    ],
)
def test_rule_21_skus_groups_and_brands_are_exact_and_except_takes_away(items: Document, lines: list[str]) -> None:
    dairy = line("A", "1.00", groups=["dairy"], brand="Imlek", gtin="08600115405206")
    applied = decide(sale(dairy, line("B", "1.00")), fixed("p", "5", items=items))["applied"]
    assert [entry["lines"] for entry in applied] == ([lines] if lines else [])


@pytest.mark.parametrize(
    ("fields", "now", "runs"),
    [
        ({"valid": {"from": "2026-03-01", "days": 7}}, "2026-03-07T23:59:59+01:00", True),
        ({"valid": {"from": "2026-03-01", "days": 7}}, "2026-03-08T00:00:00+01:00", False),
        ({"valid": {"from": "2026-03-01", "to": "2026-03-07"}}, "2026-03-07T23:59:59+01:00", True),
        ({"valid": {"from": "2026-03-01", "to": "2026-03-07"}}, "2026-02-28T23:59:59+01:00", False),
        ({"hours": {"from": "22:00", "to": "02:00"}}, "2026-03-01T01:59:59+01:00", True),
        ({"hours": {"from": "22:00", "to": "02:00"}}, "2026-03-01T02:00:00+01:00", False),
        ({"hours": {"from": "22:00", "to": "02:00"}, "weekdays": [6]}, "2026-03-01T01:00:00+01:00", False),
        ({"hours": {"from": "06:00", "to": "24:00"}}, "2026-03-01T23:59:59+01:00", True),
        ({"hours": {"from": "06:00", "to": "20:00"}}, "2026-03-01T20:00:00+01:00", False),
        ({"on": ["2026-03-01"]}, "2026-03-01T00:00:00+05:00", True),
        ({"on": ["2026-03-01"]}, "2026-03-02T00:00:00+05:00", False),
    ],
)
def test_rule_22_the_time_is_used_as_written(fields: Document, now: str, runs: bool) -> None:
    assert off(sale("100.00", now=now), percent("p", "10", **fields)) == ("10.00" if runs else "0.00")


def test_rule_22_a_grant_ends_by_the_day_of_the_sale() -> None:
    def ends(**grant: Any) -> object:
        return decide(sale("1.00", member=MEMBER), percent("p", "50", grant={"as": "card", **grant}))["bonuses"][0][
            "valid_to"
        ]

    assert (ends(), ends(valid_to="2026-12-31"), ends(valid_days=30)) == (None, "2026-12-31", "2026-12-18")
    late = sale("1.00", now="9998-12-31T10:00:00+01:00")
    assert (
        decide(late, amount("p", "1", "card", grant={"as": "card", "valid_days": 400}))["bonuses"][0]["valid_to"]
        == "9999-12-31"
    )
