"""What the index may leave out and what it must not: never a change of the outcome but in what did not apply (rule 26)."""

import time
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.index import compile_index
from backend.promotions.outcome import outcome_document
from tests.backend.promotions.building import Document, line, multibuy, multiply, percent, points, sale
from tests.backend.promotions.cases import CASES
from tests.backend.promotions.test_properties import baskets, offers

FEW = st.sampled_from
SELECTED: dict[str, list[Any]] = {
    "skus": [["A"], ["B", "C"], ["Z"], []],
    "gtins": [["40170725"], ["00000040170725", "8600115405206"]],
    "groups": [["g"], ["g", "h"]],
    "brands": [["Imlek"], ["Bambi"]],
    "names": [["mleko"], ["čoko mleko", "keks"], ["млеко 1l"]],
    "except": [{"skus": ["A"]}, {"names": ["sveze"]}],
}
LISTS = st.fixed_dictionaries({}, optional={key: FEW(values) for key, values in SELECTED.items()})
CONDITIONS = st.one_of(
    FEW([{"type": "basket_total", key: total} for key in ("min", "above") for total in ("0.00", "200.00", "600.00")]),
    st.builds(lambda items, least: {"type": "items", "items": items} | least, LISTS, FEW([{}, {"min_amount": "0.00"}])),
    st.builds(lambda items: {"type": "items", "items": items, "min_quantity": "2"}, LISTS),
    FEW([{"type": "code", "list": listed} for listed in (["EASTER", "x1"], ["summer"], "table", [])]),
    FEW([{"type": "coupon", "series": series} for series in ("K", "k-2", "L")]),
    FEW([{"type": "customer_group", "in": groups} for groups in (["students"], ["students", "pensioners"])]),
    FEW([{"type": "tier", "in": tiers} for tiers in (["gold"], ["silver", "gold"])]),
    FEW([{"type": "member", "in": members} for members in (["m1"], ["m2"], [])]),
    FEW([{"type": "event", "name": "signed_up", "within_days": 9}, {"type": "birthday", "within_days": 3}]),
    FEW([{"type": "purchase_number", "first": True}, {"type": "spent", "min": "10.00", "days": 30}]),
    FEW([{"type": "outlet", "in": outlets} for outlets in (["o1"], ["o2", "o3"])]),
    FEW([{"type": "seller", "tax_ids": ids} for ids in (["100002888"], ["100000001"])]),
    FEW([{"type": "channel", "in": channels} for channels in (["retail"], ["web", "wholesale"])]),
)
PERIODS = [
    {"from": "2026-11-01", "to": "2026-11-18"},
    {"from": "2026-11-17", "days": 1},
    {"from": "2026-11-12", "days": 7},
    {"from": "2026-01-01", "days": 300},
    {"to": "2026-11-17"},
]
OTHERS = {
    "items": LISTS,
    "audience": FEW(["everyone", "members", "non_members"]),
    "weekdays": FEW([[3], [1, 2], [3, 4]]),
    "on": FEW([["2026-11-18"], ["2026-11-19"]]),
    "valid": FEW(PERIODS),
}
GATES = st.fixed_dictionaries({"conditions": st.lists(CONDITIONS, max_size=2)}, optional=OTHERS)
ONE_GATE = st.one_of(
    [st.fixed_dictionaries({key: gate}) for key, gate in OTHERS.items()]
    + [st.fixed_dictionaries({"conditions": st.lists(CONDITIONS, min_size=1, max_size=1)})]
    + [st.fixed_dictionaries({"items": st.fixed_dictionaries({key: FEW(v)})}) for key, v in SELECTED.items()]
)
NAMES = FEW(["Čoko mleko 1L/KOM", "МЛЕКО СВЕЖЕ 1Л", "Mlekovita", "Keks", None])


@st.composite
def facts(draw: st.DrawFn) -> Document:
    """A basket that names facts of every kind, or not; of some the lines are not known."""
    basket = draw(baskets())
    for each in basket["lines"]:
        each |= {
            "name": draw(NAMES),
            "brand": draw(FEW(["Imlek", "Bambi", None])),
            "gtin": draw(FEW(["8600115405206", "40170725", None])),
        }
    if basket["member"]:
        basket["member"] |= {
            "groups": draw(FEW([[], ["students"], ["pensioners", "x"]])),
            "tier": draw(FEW([None, "silver", "gold"])),
            "events": draw(FEW([{}, {"signed_up": "2026-11-10"}, {"signed_up": "2025-11-10"}])),
            "birthday": draw(FEW([None, "1990-11-20"])),
            "purchases_before": draw(FEW([None, 0, 4])),
            "spent": draw(FEW([None, {"30": "20.00"}])),
        }
    basket |= {
        "codes": draw(FEW([[], [" Easter "], ["SUMMER", "X1"]])),
        "coupons": draw(FEW([[], [" k-1"], ["K-2-9", "L"]])),
        "code_lists": draw(FEW([{}, {"table": ["easter"]}, {"table": []}])),
        "outlet": draw(FEW([None, "o1", "o2"])),
        "channel": draw(FEW([None, "retail", "web"])),
        "seller_tax_id": draw(FEW([None, "100002888"])),
    }
    if draw(st.integers(0, 3)) == 0:
        total = sum(int(each["total"].replace(".", "")) for each in basket["lines"])
        basket |= {"lines": None, "total": f"{total // 100}.{total % 100:02}"}
    return basket


@st.composite
def gated(draw: st.DrawFn) -> list[Document]:
    """Offers of every kind, each of which may hinge on something."""
    return [offer | draw(GATES) if draw(st.booleans()) else offer for offer in draw(offers())]


def decided(basket: Document, promotions: list[Document]) -> tuple[Document, Document, set[str]]:
    """The outcome of all promotions, that of those which the index hands over, and which these are."""
    read, rules = read_basket(basket), read_promotions(promotions)
    touched = compile_index(rules).touched(read)
    whole, part = (outcome_document(evaluate(read, given)) for given in (rules, touched))
    return whole, part, {promotion.id for promotion in touched}


def touched(basket: Document, *promotions: Document) -> list[str]:
    index = compile_index(read_promotions(list(promotions)))
    return [promotion.id for promotion in index.touched(read_basket(basket))]


def without_stopped(outcome: Document) -> Document:
    return {key: value for key, value in outcome.items() if key != "not_applied"}


@given(basket=facts(), promotions=gated())
@settings(max_examples=250, deadline=None)
def test_the_index_changes_nothing_but_which_stopped_promotions_are_told(
    basket: Document, promotions: list[Document]
) -> None:
    whole, part, handed_over = decided(basket, promotions)
    assert without_stopped(part) == without_stopped(whole)
    assert part["not_applied"] == [entry for entry in whole["not_applied"] if entry["promotion"] in handed_over]
    event(f"left out: {min(len(promotions) - len(handed_over), 3)}")
    event(f"applied: {min(len(whole['applied']), 3)}")


@given(basket=facts(), gate=ONE_GATE)
@settings(max_examples=300, deadline=None)
def test_a_promotion_of_one_gate_is_handed_over_wherever_it_applies(basket: Document, gate: Document) -> None:
    whole, _, handed_over = decided(basket, [{"id": "p", "benefit": {"type": "text", "text": "HVALA"}} | gate])
    assert bool(whole["applied"] or whole["undecided"]) <= bool(handed_over)
    event(f"applied: {bool(whole['applied'])}, handed over: {bool(handed_over)}")


@given(basket=facts(), promotions=gated())
@settings(max_examples=120, deadline=None)
def test_what_passed_its_gates_and_found_items_stays_among_what_did_not_apply(
    basket: Document, promotions: list[Document]
) -> None:
    whole, _, handed_over = decided(basket, promotions)
    kept = {"limit", "budget", "combine", "nothing"}
    assert {entry["promotion"] for entry in whole["not_applied"] if entry["reason"] in kept} <= handed_over


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_every_golden_case_comes_out_the_same_through_the_index(case: dict[str, Any]) -> None:
    whole, part, _ = decided(case["basket"], case["promotions"])
    assert without_stopped(part) == without_stopped(whole)


def test_a_near_miss_is_handed_over_and_a_promotion_of_other_goods_is_not() -> None:
    basket = sale(line("YOGHURT", "60.00", "2"))
    two_and_one = multibuy("three-for-two", 2, 1, items={"skus": ["YOGHURT"]})
    assert touched(basket, two_and_one, two_and_one | {"id": "of-kefir", "items": {"skus": ["KEFIR"]}}) == [
        "three-for-two"
    ]
    part = decided(basket, [two_and_one])[1]
    assert part["not_applied"] == [{"promotion": "three-for-two", "reason": "items", "missing": "1"}]


@pytest.mark.parametrize(("threshold", "near"), [("100.00", True), ("150.00", True), ("150.01", False)])
def test_a_threshold_is_near_from_two_thirds_of_it_on(threshold: str, *, near: bool) -> None:
    spend = percent("spend", "10", conditions=[{"type": "basket_total", "min": threshold}])
    assert bool(touched(sale("100.00"), spend)) is near


def test_a_promotion_that_nothing_narrows_is_always_handed_over() -> None:
    everyone = [percent("all", "1"), percent("but-bread", "1", items={"except": {"groups": ["bread"]}})]
    assert touched(sale(), *everyone) == ["all", "but-bread"]
    assert touched(sale("1.00", member=None), *everyone) == ["all", "but-bread"]


def test_a_period_may_reach_the_end_of_the_calendar() -> None:
    last = percent("last", "1", valid={"from": "9999-12-30", "days": 7})
    assert touched(sale("1.00", now="9998-12-31T10:00:00+01:00"), last) == []
    assert touched(sale("1.00"), percent("first", "1", valid={"to": "9999-12-31"})) == ["first"]


def test_an_amount_of_zero_needs_no_items() -> None:
    any_amount = percent("p", "5", conditions=[{"type": "items", "items": {"skus": ["Z"]}, "min_amount": "0.00"}])
    whole, part, _ = decided(sale("10.00"), [any_amount])
    assert whole == part
    assert part["discount"] == "0.50"


def test_a_promotion_is_filed_under_what_the_fewest_baskets_name() -> None:
    """Of many promotions for bread, each of an outlet of its own, a sale of bread meets those of its outlet alone."""
    bread = sale(line("X", "100.00", groups=["bread"]), outlet="o7")
    at_outlets = [
        percent(f"p{number}", "1", items={"groups": ["bread"]}, conditions=[{"type": "outlet", "in": [f"o{number}"]}])
        for number in range(200)
    ]
    of_goods = [
        percent(f"q{number}", "1", items={"skus": [f"S{number}"]}, conditions=[{"type": "outlet", "in": ["o7"]}])
        for number in range(200)
    ]
    assert touched(bread, *at_outlets, *of_goods) == ["p7"]


def test_while_lines_are_unknown_what_waits_for_them_is_handed_over_and_what_is_stopped_is_not() -> None:
    basket = sale(lines=None, total="100.00", codes=["x"])
    stands = [
        percent("of-a-sku", "1", items={"skus": ["A"]}),
        percent("of-an-outlet", "1", conditions=[{"type": "outlet", "in": ["o1"]}]),
        percent("of-a-code", "1", conditions=[{"type": "code", "list": ["y"]}]),
        percent("of-students", "1", conditions=[{"type": "customer_group", "in": ["students"]}]),
        points("points"),
    ]
    assert touched(basket, *stands) == ["of-a-sku", "of-an-outlet", "points"]


def test_targets_of_a_multiplier_and_rivals_that_cannot_apply_are_not_missed() -> None:
    basket = sale("100.00")
    promotions = [
        percent("a", "10", items={"skus": ["Z"]}, combine={"group": "g", "mode": "best"}),
        percent("b", "5", combine={"group": "g", "mode": "best"}),
        percent("c", "50", items={"skus": ["Z"]}, combine={"mode": "alone"}),
        multiply("m", "2", {"group": "g"}),
        multiply("n", "3", ["a"], items={"skus": ["Z"]}),
    ]
    whole, part, handed_over = decided(basket, promotions)
    assert handed_over == {"b", "m"}
    assert without_stopped(part) == without_stopped(whole)
    assert part["discount"] == "10.00"


def test_ten_thousand_promotions_are_compiled_in_two_seconds_of_processor_time() -> None:
    read = read_promotions(
        [percent(f"p{number}", "1", items={"skus": [f"S{number}", "A"]}) for number in range(10_000)]
    )
    begun = time.process_time()
    index = compile_index(read)
    assert time.process_time() - begun < 2
    assert index.touched(read_basket(sale("1.00"))) == index.promotions
