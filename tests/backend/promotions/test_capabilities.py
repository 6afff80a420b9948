"""The worked examples of the capabilities that the engine alone decides, each by its id."""

from decimal import Decimal
from typing import Any

import pytest

from tests.backend.promotions.building import (
    MEMBER,
    Document,
    decide,
    line,
    lines_off,
    multibuy,
    multiply,
    off,
    percent,
    points,
    promotion,
    reasons,
    sale,
    values,
)

PER_LITRE = promotion("fuel", {"type": "amount_per_unit", "amount": "3.00", "unit": "l"}, items={"groups": ["fuel"]})
DIESEL = line("DIESEL", "7600.00", "40", groups=["fuel"], unit="l")
SHOP = line("COFFEE", "300.00")


def given(**facts: Any) -> Document:
    return MEMBER | facts


def when(**condition: Any) -> list[Document]:
    return [condition]


def test_lty_21_bonus_of_3_percent_on_any_purchase() -> None:
    outcome = decide(sale("1250.00"), percent("bonus3", "3", audience="members"))
    assert (outcome["discount"], outcome["pay"]) == ("37.50", "1212.50")


def test_lty_22_3_dinars_a_litre_of_fuel_and_nothing_on_other_goods() -> None:
    outcome = decide(sale(DIESEL, SHOP), PER_LITRE)
    assert (outcome["discount"], outcome["pay"]) == ("120.00", "7780.00")
    assert off(sale(line("BMB95", "2312.50", "12.5", groups=["fuel"], unit="l")), PER_LITRE) == "37.50"
    assert off(sale(SHOP), PER_LITRE) == "0.00"


def test_lty_23_weekend_discount_by_the_local_clock() -> None:
    weekend = percent("weekend", "5", weekdays=[6, 7])
    for now, expected in (
        ("2026-11-20T23:59:59+01:00", "0.00"),
        ("2026-11-21T00:00:00+01:00", "100.00"),
        ("2026-11-22T23:59:59+01:00", "100.00"),
        ("2026-11-23T00:00:00+01:00", "0.00"),
        ("2026-10-25T02:30:00+02:00", "100.00"),
        ("2026-10-25T02:30:00+01:00", "100.00"),
    ):
        assert off(sale("2000.00", now=now), weekend) == expected


def test_lty_24_a_programme_gives_what_the_customer_is_in_for() -> None:
    discount = percent("d", "3", conditions=when(type="customer_group", **{"in": ["discount"]}))
    collecting = points("p", conditions=when(type="customer_group", **{"in": ["points"]}))
    assert values(sale("1000.00", member=given(groups=["discount"])), discount, collecting) == {"d": "30.00"}
    assert values(sale("1000.00", member=given(groups=["points"])), discount, collecting) == {"p": "10"}


def test_mt_26_every_purchase_results_in_points() -> None:
    assert decide(sale("250.00"), points("p"))["points"] == "2"


def test_mt_27_the_formula_changes_without_code() -> None:
    assert [decide(sale("95.00"), points("p", every))["points"] for every in ("10.00", "5.00")] == ["9", "19"]


def test_mt_28_points_are_computed_from_the_items_of_the_invoice() -> None:
    assert decide(sale("60.00", "40.00"), points("p", "10.00"))["points"] == "10"


def test_inf_05_cashback_lowers_the_next_purchase_and_not_this_one() -> None:
    outcome = decide(sale("2340.00"), percent("p", "2", "cashback"))
    assert (outcome["cashback"], outcome["pay"]) == ("46.80", "2340.00")


def test_inf_06_the_whole_receipt_by_its_total() -> None:
    assert decide(sale("2340.00"), points("p"))["points"] == "23"


def test_inf_07_only_certain_items() -> None:
    basket = sale("2040.00", line("B", "300.00", "2", brand="B"))
    assert decide(basket, points("p", items={"brands": ["B"]}))["points"] == "3"


def test_inf_13_a_receipt_yields_chances_to_win() -> None:
    entries = promotion("p", {"type": "entries", "draw": "d1", "every": "500.00"})
    assert decide(sale("1200.00"), entries)["entries"][0]["count"] == 2


def test_elb_03_one_scheme_at_a_time_by_a_group_of_which_the_first_applies() -> None:
    policy = {"group": "scheme", "mode": "first"}
    amount = promotion("amount", {"type": "member_rebate"}, "cashback", combine=policy, priority=1)
    collecting = promotion("points", {"type": "points", "percent": "10"}, combine=policy, priority=2)
    assert values(sale("100.00", member=given(rebate_percent="15")), amount, collecting) == {"amount": "15.00"}
    assert values(sale("100.00", member=given()), amount, collecting) == {"points": "10"}


@pytest.mark.parametrize(("total", "expected"), [("100.00", "10"), ("50.00", "5")])
def test_elb_04_a_percentage_of_the_receipt_becomes_points(total: str, expected: str) -> None:
    basket = sale(total, currency="BAM")
    assert decide(basket, promotion("p", {"type": "points", "percent": "10"}))["points"] == expected


@pytest.mark.parametrize(("total", "expected"), [("50.00", "5"), ("69.99", "7"), ("70.00", "14"), ("90.00", "27")])
def test_elb_05_a_larger_receipt_is_in_a_higher_group_whose_points_are_worth_more(total: str, expected: str) -> None:
    group = {"group": "by-amount", "mode": "first"}
    schemes = [
        promotion(
            f"group-{number}",
            {"type": "points", "percent": f"{number * 10}"},
            priority=-number,
            combine=group,
            conditions=when(type="basket_total", min=minimum),
        )
        for number, minimum in ((1, "50.00"), (2, "70.00"), (3, "90.00"))
    ]
    assert decide(sale(total, currency="BAM"), *schemes)["points"] == expected


def test_elb_06_the_customers_own_rebate_accumulates() -> None:
    rebate = promotion("p", {"type": "member_rebate"}, "cashback")
    outcome = decide(sale("100.00", currency="BAM", member=given(rebate_percent="15")), rebate)
    assert (outcome["cashback"], outcome["pay"]) == ("15.00", "100.00")
    assert reasons(sale("100.00"), rebate) == {"p": ("nothing", None)}


@pytest.mark.parametrize(("total", "expected"), [("100.00", "10"), ("200.00", "20")])
def test_elb_07_a_percentage_of_purchases_accumulates_as_points(total: str, expected: str) -> None:
    assert decide(sale(total, currency="BAM"), percent("p", "10", "points"))["points"] == expected


def test_elb_08_limited_to_one_item_group() -> None:
    basket = sale(line("A", "40.00", groups=["drinks"]), "60.00", currency="BAM")
    drinks = promotion("p", {"type": "points", "percent": "10"}, items={"groups": ["drinks"]})
    assert decide(basket, drinks)["points"] == "4"


def test_elb_09_a_switch_forbids_rebates_at_once_and_they_only_accumulate() -> None:
    basket = sale("100.00", currency="BAM", member=given(rebate_percent="15"))
    for form, pay, cashback in (("discount", "85.00", "0.00"), ("cashback", "100.00", "15.00")):
        outcome = decide(basket, promotion("p", {"type": "member_rebate"}, form))
        assert (outcome["pay"], outcome["cashback"]) == (pay, cashback)


def test_elb_10_a_rebate_on_a_line_changes_the_base_of_points() -> None:
    basket = sale("50.00", "50.00", currency="BAM", points_decimals=1)
    rebate = percent("line", "10", items={"skus": ["A"]})
    outcome = decide(basket, rebate, promotion("p", {"type": "points", "percent": "10"}))
    assert (outcome["pay"], outcome["points"]) == ("95.00", "9.5")


@pytest.mark.parametrize(("total", "texts"), [("99.99", []), ("100.00", ["NAGRADNI KUPON"])])
def test_elb_22_a_prize_coupon_is_text_from_a_minimum(total: str, texts: list[str]) -> None:
    coupon = promotion(
        "p", {"type": "text", "text": "NAGRADNI KUPON"}, conditions=when(type="basket_total", min="100.00")
    )
    assert decide(sale(total, currency="BAM", member=None), coupon)["texts"] == texts


def test_elb_23_the_prize_coupon_needs_no_scheme() -> None:
    coupon = promotion("p", {"type": "coupon", "series": "NAGRADA"}, conditions=when(type="basket_total", min="100.00"))
    outcome = decide(sale("150.00", member=None), coupon)
    assert outcome["coupons"] == [{"promotion": "p", "series": "NAGRADA"}]
    assert (outcome["points"], outcome["cashback"], outcome["pay"]) == ("0", "0.00", "150.00")


def test_tron_01_several_promotions_on_one_receipt_each_with_its_amount() -> None:
    assert values(sale("1000.00"), percent("p1", "10"), points("p2")) == {"p1": "100.00", "p2": "9"}


def test_tron_02_promotions_are_linked_into_groups() -> None:
    easter = {"group": "easter", "mode": "best"}
    assert values(sale("100.00"), percent("a", "5", combine=easter), percent("b", "7", combine=easter)) == {"b": "7.00"}


def test_tron_05_properties_combine_freely_and_all_must_hold() -> None:
    conditions = [
        {"type": "items", "items": {"groups": ["dairy"]}, "min_quantity": "1"},
        {"type": "outlet", "in": ["u"]},
        {"type": "customer_group", "in": ["students"]},
    ]
    offer = percent("p", "10", conditions=conditions)
    dairy, student = line("A", "100.00", groups=["dairy"]), given(groups=["students"])
    assert off(sale(dairy, outlet="u", member=student), offer) == "10.00"
    assert reasons(sale("100.00", outlet="u", member=student), offer) == {"p": ("items", "1")}
    assert reasons(sale(dairy, outlet="v", member=student), offer) == {"p": ("outlet", None)}
    assert reasons(sale(dairy, outlet="u"), offer) == {"p": ("customer_group", None)}


def test_tron_06_a_discount_on_one_item() -> None:
    outcome = decide(sale("500.00", "300.00"), percent("p", "20", items={"skus": ["A"]}))
    assert (outcome["discount"], outcome["pay"]) == ("100.00", "700.00")
    assert outcome["lines"] == [{"id": "1", "discount": "100.00"}]


def test_tron_07_a_discount_on_the_whole_invoice() -> None:
    outcome = decide(sale("500.00", "300.00"), percent("p", "20"))
    assert (outcome["discount"], outcome["pay"]) == ("160.00", "640.00")


@pytest.mark.parametrize(("form", "test"), [("receipt", "tron_08"), ("card", "tron_09")])
def test_tron_08_tron_09_a_bonus_on_the_receipt_or_card_until_a_date(form: str, test: str) -> None:
    offer = percent(test, "20", grant={"as": form, "valid_to": "2026-12-31"})
    outcome = decide(sale("1000.00"), offer)
    bonus = {"promotion": test, "as": form, "amount": "200.00", "valid_to": "2026-12-31", "redeem_at": []}
    assert (outcome["bonuses"], outcome["pay"]) == ([bonus], "1000.00")


def test_tron_10_buying_an_item_gives_a_gift() -> None:
    offer = promotion("p", {"type": "gift", "sku": "MUG", "quantity": "1"}, items={"skus": ["A"]})
    outcome = decide(sale("100.00"), offer)
    assert (outcome["gifts"], outcome["pay"]) == ([{"promotion": "p", "sku": "MUG", "quantity": "1"}], "100.00")
    assert reasons(sale(line("B", "100.00")), offer) == {"p": ("items", None)}


def test_tron_11_validity_by_days_or_by_dates() -> None:
    week = percent("p", "10", valid={"from": "2026-03-01", "days": 7})
    dates = percent("q", "10", valid={"from": "2026-03-01", "to": "2026-03-07"})
    assert off(sale("100.00", now="2026-03-07T23:59:59+01:00"), week, dates) == "20.00"
    assert off(sale("100.00", now="2026-03-08T00:00:00+01:00"), week, dates) == "0.00"
    assert off(sale("100.00", now="2026-02-28T23:59:59+01:00"), week, dates) == "0.00"


@pytest.mark.parametrize(
    ("audience", "member", "anonymous"),
    [("members", "20.00", "0.00"), ("non_members", "0.00", "20.00"), ("everyone", "20.00", "20.00")],
)
def test_tron_12_for_members_others_or_both(audience: str, member: str, anonymous: str) -> None:
    offer = percent("p", "20", audience=audience)
    assert (off(sale("100.00"), offer), off(sale("100.00", member=None), offer)) == (member, anonymous)


def test_tron_13_card_holders_get_more_on_top_of_the_original_price() -> None:
    offers = percent("all", "10"), percent("extra", "5", audience="members")
    assert off(sale("1000.00"), *offers) == "150.00"
    assert off(sale("1000.00", member=None), *offers) == "100.00"


@pytest.mark.parametrize(("factor", "total"), [("2", 40), ("3", 60)])
def test_tron_14_factors_multiply_the_bonus(factor: str, total: int) -> None:
    outcome = decide(sale("100.00"), percent("base", "20", "card"), multiply("x", factor, ["base"]))
    assert sum(Decimal(bonus["amount"]) for bonus in outcome["bonuses"]) == total


def test_tron_15_only_in_some_channels_or_outlets() -> None:
    web = percent("p", "20", conditions=when(type="channel", **{"in": ["web", "wholesale"]}))
    outlet = percent("q", "20", conditions=when(type="outlet", **{"in": ["u"]}))
    assert values(sale("100.00", channel="web", outlet="v"), web, outlet) == {"p": "20.00"}
    assert values(sale("100.00", channel="retail", outlet="u"), web, outlet) == {"q": "20.00"}


@pytest.mark.parametrize(("used", "applies"), [(0, True), (1, True), (2, False), (3, False)])
def test_tron_16_uses_of_one_person_are_limited(used: int, applies: bool) -> None:
    basket = sale("100.00", member=given(uses={"p": {"total": used, "today": used}}))
    for limits in ({"per_member": 2}, {"per_member_per_day": 2}):
        assert reasons(basket, percent("p", "20", limits=limits)) == ({} if applies else {"p": ("limit", None)})


def test_tron_17_driven_by_a_list_of_codes() -> None:
    offer = percent("p", "20", conditions=when(type="code", list=["EASTER20"], single_use=True))
    assert decide(sale("100.00", codes=["EASTER20"]), offer)["applied"][0]["used_codes"] == ["EASTER20"]
    assert reasons(sale("100.00", codes=["EASTER21"]), offer) == {"p": ("code", None)}
    assert reasons(sale("100.00"), offer) == {"p": ("code", None)}


def test_tron_18_individual_customers_or_groups() -> None:
    group = percent("p", "20", conditions=when(type="customer_group", **{"in": ["pensioners"]}))
    person = percent("q", "20", conditions=when(type="member", **{"in": ["m2"]}))
    assert values(sale("1000.00", member=given(groups=["pensioners"])), group, person) == {"p": "200.00"}
    assert values(sale("1000.00", member=given(id="m2")), group, person) == {"q": "200.00"}
    assert off(sale("1000.00", member=None), group, person) == "0.00"


def test_tron_19_a_condition_on_an_item_group() -> None:
    condition = when(type="items", items={"groups": ["dairy"]}, min_quantity="2")
    offer = percent("p", "10", conditions=condition)
    assert off(sale(line("A", "50.00", "2", groups=["dairy"]), "50.00"), offer) == "10.00"
    assert reasons(sale(line("A", "50.00", "1.5", groups=["dairy"])), offer) == {"p": ("items", "0.5")}
    assert reasons(sale("100.00"), offer) == {"p": ("items", "2")}


def test_tron_20_a_condition_on_the_business_unit() -> None:
    offer = percent("p", "10", conditions=when(type="outlet", **{"in": ["3"]}))
    assert reasons(sale("1.00", outlet="4"), offer) == {"p": ("outlet", None)}
    assert off(sale("1.00", outlet="3"), offer) == "0.10"


def test_tron_21_the_whole_assortment_in_one_unit() -> None:
    offer = percent("p", "20", conditions=when(type="outlet", **{"in": ["U"]}))
    assert (off(sale("1000.00", outlet="U"), offer), off(sale("1000.00", outlet="V"), offer)) == ("200.00", "0.00")


def test_tron_22_tron_23_tron_24_certain_items_a_brand_or_an_item_group() -> None:
    assert off(sale("500.00", "300.00"), percent("p", "20", items={"skus": ["A"]})) == "100.00"
    brand = sale(line("A", "300.00", brand="Imlek"), line("B", "200.00", brand="Imlek"), "500.00")
    assert off(brand, percent("p", "20", items={"brands": ["Imlek"]})) == "100.00"
    group = sale(line("A", "300.00", groups=["dairy", "fresh"]), "500.00")
    assert off(group, percent("p", "20", items={"groups": ["dairy"]})) == "60.00"


def test_tron_25_on_a_certain_day() -> None:
    offer = percent("p", "20", on=["2026-11-18"])
    assert off(sale("1000.00"), offer) == "200.00"
    assert off(sale("1000.00", now="2026-11-19T00:00:00+01:00"), offer) == "0.00"


def test_tron_26_the_same_rule_in_four_forms() -> None:
    assert decide(sale("1000.00"), percent("p", "20"))["pay"] == "800.00"
    for form in ("card", "receipt"):
        outcome = decide(sale("1000.00"), percent("p", "20", form))
        assert (outcome["pay"], [(bonus["as"], bonus["amount"]) for bonus in outcome["bonuses"]]) == (
            "1000.00",
            [(form, "200.00")],
        )
    members = percent("p", "20", audience="members")
    assert decide(sale("1000.00"), members)["pay"] == "800.00"
    assert decide(sale("1000.00", member=None), members)["pay"] == "1000.00"


def test_tron_27_a_loyalty_price() -> None:
    offer = promotion("p", {"type": "price", "prices": {"A": "449.00"}}, audience="members")
    assert decide(sale("499.00"), offer)["pay"] == "449.00"


@pytest.mark.parametrize(
    ("quantity", "total", "pay"), [("2", "240", "120.00"), ("3", "360", "240.00"), ("4", "480", "240.00")]
)
def test_tron_28_one_plus_one_free(quantity: str, total: str, pay: str) -> None:
    offer = multibuy("p", 1, 1, identical=True)
    assert decide(sale(line("A", total, quantity)), offer)["pay"] == pay
    assert decide(sale("120.00", "120.00"), offer)["pay"] == "240.00"


def test_tron_29_three_for_two_the_cheapest_is_free() -> None:
    offer = multibuy("p", 2, 1, items={"skus": ["A", "B", "C"]})
    assert decide(sale("100.00", "150.00", "90.00"), offer)["pay"] == "250.00"
    assert reasons(sale("100.00", "150.00"), offer) == {"p": ("items", "1")}
    six = sale(line("A", "600.00", "2"), line("B", "400.00", "2"), line("C", "200.00", "2"))
    assert lines_off(six, offer) == {"2": "200.00", "3": "100.00"}


@pytest.mark.parametrize(("total", "expected"), [("3000.00", "0.00"), ("3000.01", "300.00")])
def test_tron_30_a_purchase_above_an_amount(total: str, expected: str) -> None:
    assert off(sale(total), percent("p", "10", conditions=when(type="basket_total", above="3000.00"))) == expected


@pytest.mark.parametrize(
    ("total", "repeated", "once"),
    [
        ("99.99", "0.00", "0.00"),
        ("100.00", "20.00", "20.00"),
        ("199.99", "20.00", "20.00"),
        ("200.00", "40.00", "20.00"),
    ],
)
def test_tron_31_a_hundred_brings_twenty(total: str, repeated: str, once: str) -> None:
    benefit = {"type": "per_amount", "every": "100.00", "gives": "20.00"}
    assert off(sale(total), promotion("p", benefit)) == repeated
    assert off(sale(total), promotion("p", benefit | {"repeat": False})) == once


def test_tron_32_half_off_the_cheaper() -> None:
    offer = multibuy("p", 1, 1, "50")
    assert decide(sale("200.00", "120.00"), offer)["pay"] == "260.00"
    assert off(sale("100.00", "100.00"), offer) == "50.00"


@pytest.mark.parametrize(("before", "expected"), [(0, "10.00"), (1, "0.00")])
def test_tron_33_new_customers_only(before: int, expected: str) -> None:
    offer = percent("p", "10", conditions=when(type="purchase_number", first=True))
    assert off(sale("100.00", member=given(purchases_before=before)), offer) == expected


def test_tron_36_a_coupon_is_a_benefit_and_a_condition() -> None:
    gives = promotion("gives", {"type": "coupon", "series": "K"})
    takes = percent("takes", "20", conditions=when(type="coupon", series="K"))
    first = decide(sale("100.00"), gives, takes)
    assert (first["coupons"], first["discount"]) == ([{"promotion": "gives", "series": "K"}], "0.00")
    second = decide(sale("100.00", coupons=["K-7Q2M"]), takes)
    assert (second["discount"], second["applied"][0]["used_coupons"]) == ("20.00", ["K-7Q2M"])
