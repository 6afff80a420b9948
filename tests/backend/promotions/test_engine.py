"""The engine, rule by rule: what earns, how much, and why the rest did not."""

from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promotions.basket import Basket, BasketLine
from backend.promotions.benefits.points import Points
from backend.promotions.contract import Condition, Stop, Unknown
from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import Outcome, Undecided, outcome_document
from backend.promotions.promotion import Promotion

Document = dict[str, Any]


def decide(basket: Document, *promotions: Document) -> Outcome:
    return evaluate(read_basket(basket), read_promotions(list(promotions)))


def points(benefit: Document, **fields: object) -> Document:
    return {"id": "p", "benefit": {"type": "points", **benefit}, **fields}


def stopped(outcome: Outcome) -> list[tuple[str, str | None]]:
    return [(entry.reason, entry.missing) for entry in outcome.not_applied]


def test_inf_06_the_whole_receipt_of_2340_gives_a_point_per_100_and_its_lines_share_them(
    basket: Document, promotion: Document
) -> None:
    outcome = decide(basket, promotion)
    assert outcome.points == 23
    assert outcome.applied[0].shares == (("1", 20), ("2", 3))


def test_inf_07_only_the_items_of_brand_b_give_points(basket: Document, promotion: Document) -> None:
    outcome = decide(basket, {**promotion, "items": {"brands": ["B"]}})
    assert outcome.points == 3
    assert outcome.applied[0].lines == ("2",)


def test_mt_27_the_formula_is_data(basket: Document) -> None:
    basket["lines"] = [{"id": "1", "quantity": "1", "total": "95.00"}]
    assert decide(basket, points({"every": "10", "points": "1"})).points == 9
    assert decide(basket, points({"every": "5", "points": "1"})).points == 19


def test_mt_28_points_come_from_the_lines_of_the_invoice(basket: Document) -> None:
    basket["lines"] = [
        {"id": "1", "quantity": "1", "total": "60.00"},
        {"id": "2", "quantity": "1", "total": "40.00"},
    ]
    outcome = decide(basket, points({"every": "10", "points": "1"}))
    assert outcome.points == 10
    assert outcome.applied[0].shares == (("1", 6), ("2", 4))


@pytest.mark.parametrize(("total", "expected"), [("100.00", 10), ("50.00", 5)])
def test_elb_04_a_percentage_of_the_receipt_becomes_points(basket: Document, total: str, expected: int) -> None:
    basket["lines"] = [{"id": "1", "quantity": "1", "total": total}]
    assert decide(basket, points({"percent": "10"})).points == expected


def test_elb_08_the_points_can_be_limited_to_one_item_group(basket: Document) -> None:
    basket["lines"] = [
        {"id": "1", "groups": ["DRINKS"], "quantity": "1", "total": "40.00"},
        {"id": "2", "quantity": "1", "total": "60.00"},
    ]
    assert decide(basket, points({"percent": "10"}, items={"groups": ["DRINKS"]})).points == 4


def test_inf_19_each_item_of_several_promotions_earns_its_own_points(basket: Document) -> None:
    outcome = decide(
        basket,
        points({"points": "50"}, id="bread", items={"names": ["hleb"]}),
        points({"points": "30"}, id="kefir", items={"names": ["kefir"]}),
        points({"points": "99"}, id="cheese", items={"names": ["sir"]}),
    )
    assert outcome.points == 80
    assert {award.promotion: award.shares for award in outcome.applied} == {
        "bread": (("1", 50),),
        "kefir": (("2", 30),),
    }
    assert stopped(outcome) == [("items", None)]


def test_fixed_points_are_given_once_however_many_units_are_selected(basket: Document) -> None:
    assert decide(basket, points({"points": "5"}, items={"skus": ["B"]})).points == 5


@pytest.mark.parametrize(
    ("decimals", "benefit", "expected"),
    [
        (0, {"percent": "2.5"}, "59"),  # 58.50: a half goes away from zero
        (1, {"percent": "2.5"}, "58.5"),
        (2, {"percent": "0.333"}, "7.79"),  # 7.7922
        (0, {"points": "0.50"}, "1"),
        (2, {"every": "1000", "points": "0.25"}, "0.50"),
        (0, {"percent": "200"}, "4680"),
    ],
)
def test_points_are_rounded_once_to_the_programmes_smallest_unit(
    basket: Document, decimals: int, benefit: Document, expected: str
) -> None:
    outcome = outcome_document(decide({**basket, "points_decimals": decimals}, points(benefit)))
    assert outcome["points"] == expected
    assert outcome["applied"][0]["value"] == expected  # type: ignore[index]


def test_an_amount_below_every_says_how_much_was_missing(basket: Document) -> None:
    assert stopped(decide(basket, points({"every": "2340.01", "points": "1"}))) == [("items", "0.01")]
    assert stopped(decide(basket, points({"every": "500", "points": "1"}, items={"skus": ["B"]}))) == [
        ("items", "200.00")
    ]


def test_an_amount_of_exactly_every_is_one_full_amount(basket: Document) -> None:
    assert decide(basket, points({"every": "2340.00", "points": "7"})).points == 7


def test_a_worth_of_zero_is_nothing(basket: Document) -> None:
    assert stopped(decide(basket, points({"percent": "0.01"}))) == [("nothing", None)]
    assert stopped(decide(basket, points({"points": "0"}))) == [("nothing", None)]


@pytest.mark.parametrize("lines", [[], [{"id": "1", "sku": "A", "quantity": "1", "total": "0.00"}]])
def test_lines_that_cost_nothing_take_no_part(basket: Document, lines: list[Document]) -> None:
    basket["lines"] = lines
    assert stopped(decide(basket, points({"points": "5"}))) == [("items", None)]
    assert stopped(decide({**basket, "lines": None, "total": "0.00"}, points({"points": "5"}))) == [("items", None)]


def test_a_line_that_costs_nothing_has_no_share_beside_others(basket: Document, promotion: Document) -> None:
    basket["lines"].append({"id": "3", "name": "Kesa", "quantity": "1", "total": "0.00"})
    assert decide(basket, promotion).applied[0].lines == ("1", "2")


@pytest.mark.parametrize(
    ("condition", "missing"),
    [
        ({"min": "2340.00"}, None),
        ({"min": "2340.01"}, "0.01"),
        ({"above": "2339.99"}, None),
        ({"above": "2340.00"}, "0.01"),
        ({"above": "5000.00"}, "2660.01"),
        ({"above": "0"}, None),
        ({"min": "0"}, None),
    ],
)
def test_basket_total_is_at_least_min_or_strictly_above(
    basket: Document, promotion: Document, condition: Document, missing: str | None
) -> None:
    outcome = decide(basket, {**promotion, "conditions": [{"type": "basket_total", **condition}]})
    assert stopped(outcome) == ([] if missing is None else [("basket_total", missing)])


def test_conditions_read_the_whole_basket_whatever_is_selected(basket: Document, promotion: Document) -> None:
    condition = {"type": "basket_total", "min": "2000"}
    outcome = decide(basket, {**promotion, "conditions": [condition], "items": {"skus": ["B"]}})
    assert outcome.points == 3


@pytest.mark.parametrize(
    ("audience", "anonymous", "applies"),
    [
        ("everyone", False, True),
        ("members", False, True),
        ("non_members", False, False),
        ("everyone", True, False),
        ("members", True, False),
        ("non_members", True, False),
    ],
)
def test_points_need_a_member_of_the_audience(
    basket: Document, promotion: Document, audience: str, anonymous: bool, applies: bool
) -> None:
    if anonymous:
        basket["member"] = None
    outcome = decide(basket, {**promotion, "audience": audience})
    assert stopped(outcome) == ([] if applies else [("audience", None)])


def test_the_first_reason_is_told_in_the_order_of_the_contract(basket: Document) -> None:
    remedies: list[tuple[str, Document, Document]] = [
        ("validity", {"valid": None}, {}),
        ("audience", {}, {"member": {"id": "m1"}}),
        ("basket_total", {"conditions": []}, {}),
        ("items", {"items": None}, {}),
        ("nothing", {"benefit": {"type": "points", "points": "1"}}, {}),
    ]
    promotion = points(
        {"points": "0"},
        valid={"to": "2026-01-01"},
        conditions=[{"type": "basket_total", "min": "9000"}, {"type": "basket_total", "min": "8000"}],
        items={"skus": ["X"]},
    )
    basket["member"] = None
    for reason, in_promotion, in_basket in remedies:
        assert [entry.reason for entry in decide(basket, promotion).not_applied] == [reason]
        promotion |= in_promotion
        basket |= in_basket
    assert decide(basket, promotion).points == 1


@pytest.mark.parametrize("form", ["discount", "card", "receipt", "cashback", "points"])
def test_points_are_points_whatever_the_grant_says(basket: Document, promotion: Document, form: str) -> None:
    outcome = decide(basket, {**promotion, "grant": {"as": form}, "base": "original"})
    assert (outcome.points, outcome.applied[0].kind) == (23, "points")


def test_why_is_a_sentence_with_its_numbers_left_to_translation(basket: Document) -> None:
    outcome = decide(
        basket,
        points({"points": "50"}, id="a"),
        points({"every": "100", "points": "0.50"}, id="b"),
        points({"percent": "12.5"}, id="c"),
    )
    texts = [entry["why"] for entry in outcome_document(outcome)["applied"]]  # type: ignore[attr-defined]
    assert texts == [
        "Points for this purchase: 50",
        "Points for every 100.00 RSD: 0.5 × 23",
        "Points: 12.5 % of 2340.00 RSD",
    ]
    said = outcome_document(outcome, lambda text: text.msgid)["applied"]
    assert said[0]["why"] == "Points for this purchase: {points}"  # type: ignore[index]


def test_the_outcome_document_has_the_whole_shape(basket: Document, promotion: Document) -> None:
    spend = {**promotion, "id": "spend", "conditions": [{"type": "basket_total", "above": "3000.00"}]}
    late = {**promotion, "id": "late", "priority": 200}
    early = {**promotion, "id": "z", "priority": -1, "items": {"skus": ["B"]}}
    assert outcome_document(decide(basket, late, spend, early)) == {
        "total": "2340.00",
        "discount": "0.00",
        "pay": "2340.00",
        "points": "26",
        "cashback": "0.00",
        "lines": [],
        "bonuses": [],
        "gifts": [],
        "entries": [],
        "coupons": [],
        "texts": [],
        "stamps": [],
        "applied": [
            {"promotion": "z", "value": "3", "lines": ["2"], "why": "Points for every 100.00 RSD: 1 × 3"},
            {"promotion": "late", "value": "23", "lines": ["1", "2"], "why": "Points for every 100.00 RSD: 1 × 23"},
        ],
        "not_applied": [{"promotion": "spend", "reason": "basket_total", "missing": "660.01"}],
        "undecided": [],
    }


def test_while_lines_are_unknown_only_what_total_time_and_member_decide_is_decided(
    basket: Document, promotion: Document
) -> None:
    unknown = {**basket, "lines": None, "total": "2340.00"}
    outcome = decide(
        unknown,
        {**promotion, "id": "sure"},
        {**promotion, "id": "some-items", "items": {"skus": ["A"]}},
        {**promotion, "id": "all-but", "items": {"except": {"groups": ["tobacco"]}}},
        {**promotion, "id": "expired", "items": {"skus": ["A"]}, "valid": {"to": "2026-01-01"}},
        {**promotion, "id": "too-small", "conditions": [{"type": "basket_total", "min": "3000"}]},
    )
    assert [(award.promotion, award.value, award.lines, award.shares) for award in outcome.applied] == [
        ("sure", 23, (), ())
    ]
    assert {entry.promotion: entry.reason for entry in outcome.not_applied} == {
        "expired": "validity",
        "too-small": "basket_total",
    }
    assert outcome_document(outcome)["undecided"] == [
        {"promotion": "all-but", "reason": "items"},
        {"promotion": "some-items", "reason": "items"},
    ]


class NeedsOutlet(Condition):
    """A condition that only a known outlet could decide."""

    type: ClassVar[str] = "outlet"
    needs: ClassVar[Unknown | None] = "outlet"

    def stops(self, basket: Basket) -> Stop | None:
        assert basket.lines is not None, "asked before it can know"
        return Stop(self.type)


def test_a_condition_that_waits_for_a_fact_is_not_asked_before_and_names_it(basket: Document) -> None:
    promotion = Promotion(id="p", conditions=(NeedsOutlet(),), benefit=Points(points_centi=100))
    unknown = evaluate(read_basket({**basket, "lines": None, "total": "10.00"}), [promotion])
    assert unknown.undecided == (Undecided("p", "outlet"),)
    assert stopped(evaluate(read_basket(basket), [promotion])) == [("outlet", None)]


LINES = st.lists(
    st.tuples(st.integers(0, 10**7), st.sampled_from("ABC")).map(
        lambda pair: {"quantity": "1", "total": f"{pair[0] // 100}.{pair[0] % 100:02}", "sku": pair[1]}
    ),
    max_size=8,
).map(lambda lines: [{**line, "id": str(i)} for i, line in enumerate(lines)])
BENEFITS = st.one_of(
    st.fixed_dictionaries({"points": st.sampled_from(["0", "0.5", "7", "1000"])}),
    st.fixed_dictionaries({"every": st.sampled_from(["1", "33.33", "100"]), "points": st.sampled_from(["1", "2.25"])}),
    st.fixed_dictionaries({"percent": st.sampled_from(["0", "0.5", "10", "133.3333"])}),
)
PROMOTIONS = st.lists(
    st.builds(
        points,
        BENEFITS,
        priority=st.integers(1, 3),
        items=st.sampled_from([None, {"skus": ["A"]}, {"except": {"skus": ["B"]}}, {"skus": []}]),
        audience=st.sampled_from(["everyone", "members", "non_members"]),
        conditions=st.sampled_from([[], [{"type": "basket_total", "min": "500"}]]),
    ),
    max_size=6,
).map(lambda promotions: [{**promotion, "id": f"p{i}"} for i, promotion in enumerate(promotions)])


@given(
    lines=LINES,
    promotions=PROMOTIONS,
    decimals=st.integers(0, 2),
    known=st.booleans(),
    anonymous=st.booleans(),
    data=st.data(),
)
@settings(max_examples=150, deadline=None)
def test_whatever_is_bought_the_outcome_is_complete_ordered_and_adds_up(
    lines: list[Document],
    promotions: list[Document],
    decimals: int,
    known: bool,
    anonymous: bool,
    data: st.DataObject,
) -> None:
    document = {
        "currency": "RSD",
        "now": "2026-11-18T10:15:00+01:00",
        "points_decimals": decimals,
        "member": None if anonymous else {"id": "m1"},
        "lines": lines if known else None,
        "total": None if known else "812.40",
    }
    outcome = decide(document, *promotions)

    listed = [[entry.promotion for entry in part] for part in (outcome.applied, outcome.not_applied, outcome.undecided)]
    rank = {promotion["id"]: (promotion["priority"], promotion["id"]) for promotion in promotions}
    assert sorted(name for part in listed for name in part) == sorted(rank)
    assert all(part == sorted(part, key=rank.__getitem__) for part in listed)
    for award in outcome.applied:
        assert award.value > 0
        assert tuple(line for line, _ in award.shares) == award.lines
        assert sum(share for _, share in award.shares) == (award.value if known else 0)
    assert not (known and outcome.undecided)
    assert not (anonymous and outcome.applied)
    assert decide(document, *data.draw(st.permutations(promotions))) == outcome


@given(lines=LINES, promotions=PROMOTIONS)
@settings(max_examples=80, deadline=None)
def test_what_is_sure_before_the_lines_are_known_stays_true_after(
    lines: list[Document], promotions: list[Document]
) -> None:
    known = {"currency": "RSD", "now": "2026-11-18T10:15:00Z", "member": {"id": "m1"}, "lines": lines}
    total = read_basket(known).total_minor
    unknown = {**known, "lines": None, "total": f"{total // 100}.{total % 100:02}"}
    before, after = decide(unknown, *promotions), decide(known, *promotions)
    assert {a.promotion: a.value for a in before.applied}.items() <= {
        a.promotion: a.value for a in after.applied
    }.items()
    assert {n.promotion for n in before.not_applied} <= {n.promotion for n in after.not_applied}


def test_a_basket_built_in_code_is_decided_like_one_that_was_read(basket: Document, promotion: Document) -> None:
    read = read_basket(basket)
    built = Basket(
        currency="RSD",
        now=read.now,
        member=read.member,
        lines=(BasketLine(id="1", quantity_milli=1000, total_minor=234000),),
    )
    assert evaluate(built, read_promotions([promotion])).points == 23
