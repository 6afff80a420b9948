"""What holds for whatever is bought and whatever runs: amounts add up, nothing is taken twice, order means nothing."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.backend.promotions.building import MEMBER, Document, decide, line, sale

AMOUNTS = st.integers(0, 500_00).map(lambda minor: f"{minor // 100}.{minor % 100:02}")
PERCENTS = st.sampled_from(["0", "0.5", "3", "10", "33.3333", "50", "100"])
FORMS = st.sampled_from(["discount", "discount", "card", "receipt", "cashback", "points"])


def kind(name: str, **fields: Any) -> st.SearchStrategy[Document]:
    strategies = {
        key: value if isinstance(value, st.SearchStrategy) else st.just(value) for key, value in fields.items()
    }
    return st.fixed_dictionaries({"type": st.just(name), **strategies})


EVERY = st.sampled_from(["1.00", "33.33", "100.00"])
REWARDS = st.one_of(kind("percent", percent=PERCENTS), kind("gift", sku="MUG"), kind("points", points="5"))
BENEFITS = st.one_of(
    kind("percent", percent=PERCENTS),
    kind("amount", amount=AMOUNTS),
    kind("amount_per_unit", amount=st.sampled_from(["0.33", "3.00"]), unit=st.sampled_from(["kom", "kg", None])),
    kind("price", prices=st.dictionaries(st.sampled_from("ABC"), AMOUNTS, min_size=1)),
    kind(
        "multibuy",
        buy=st.integers(1, 3),
        get=st.integers(1, 2),
        percent=PERCENTS,
        identical=st.booleans(),
        repeat=st.booleans(),
    ),
    kind("per_amount", every=EVERY, gives=AMOUNTS, repeat=st.booleans()),
    kind("points", every=EVERY, points=st.sampled_from(["1", "0.25"])),
    kind("points", percent=PERCENTS),
    kind("member_rebate"),
    kind("entries", draw="d", every=EVERY),
    kind("gift", sku="MUG"),
    kind("coupon", series="K"),
    kind("text", text="HVALA"),
    kind("stamp", counter="c", needs=st.integers(1, 4), reward=REWARDS),
    kind(
        "multiply",
        factor=st.sampled_from(["1.5", "2", "3"]),
        of=st.lists(st.sampled_from(["p0", "p1", "p2"]), max_size=3),
    ),
    kind("multiply", factor="2", of=st.just({"group": "best"})),
)
COMBINES = st.sampled_from(
    [None, None, {"mode": "alone"}, *({"group": mode, "mode": mode} for mode in ("all", "first", "best"))]
)
LIMITS = st.sampled_from([None, None, {"max_value": "20.00"}, {"budget": "30.00"}, {"total": 0}])
ITEMS: st.SearchStrategy[Document | None] = st.sampled_from(
    [None, None, {"skus": ["A"]}, {"except": {"skus": ["B"]}}, {"groups": ["g"]}, {"skus": []}]
)


@st.composite
def baskets(draw: st.DrawFn) -> Document:
    lines = [
        line(
            draw(st.sampled_from(["A", "B", "C", None])),
            draw(AMOUNTS),
            draw(st.sampled_from(["1", "2", "3", "7", "0.333", "1.5"])),
            unit=draw(st.sampled_from(["kom", "kg", None])),
            groups=draw(st.sampled_from([[], ["g"]])),
        )
        for _ in range(draw(st.integers(0, 6)))
    ]
    member = MEMBER | {"rebate_percent": draw(st.sampled_from([None, "2.5"])), "stamps": {"c": draw(st.integers(0, 3))}}
    return sale(*lines, points_decimals=draw(st.integers(0, 2)), member=draw(st.sampled_from([member, member, None])))


@st.composite
def offers(draw: st.DrawFn) -> list[Document]:
    return [
        {
            "id": f"p{number}",
            "benefit": draw(BENEFITS),
            "priority": draw(st.integers(1, 3)),
            "grant": {"as": draw(FORMS)},
            "items": draw(ITEMS),
            "base": draw(st.sampled_from([None, None, "original", "remaining"])),
            "limits": draw(LIMITS),
            "combine": draw(COMBINES),
        }
        for number in range(draw(st.integers(1, 7)))
    ]


def total(entries: list[Document], key: str) -> Decimal:
    return sum((Decimal(entry[key]) for entry in entries), Decimal(0))


def worth(outcome: Document) -> Decimal:
    sums = sum(Decimal(outcome[key]) for key in ("discount", "cashback", "points"))
    return sums + total(outcome["bonuses"], "amount")


@given(basket=baskets(), promotions=offers())
@settings(max_examples=120, deadline=None)
def test_amounts_add_up_and_no_discount_exceeds_its_line(basket: Document, promotions: list[Document]) -> None:
    outcome = decide(basket, *promotions)
    totals = {entry["id"]: Decimal(entry["total"]) for entry in basket["lines"]}
    assert Decimal(outcome["total"]) == sum(totals.values())
    assert total(outcome["lines"], "discount") == Decimal(outcome["discount"])
    assert Decimal(outcome["pay"]) == Decimal(outcome["total"]) - Decimal(outcome["discount"]) >= 0
    assert all(0 < Decimal(entry["discount"]) <= totals[entry["id"]] for entry in outcome["lines"])
    places = basket["points_decimals"]
    assert len(outcome["points"].partition(".")[2]) == places
    assert all(entry["amount"] != "0.00" for entry in outcome["bonuses"])


@given(basket=baskets(), promotions=offers(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_the_same_inputs_in_any_order_give_the_same_bytes(
    basket: Document, promotions: list[Document], data: st.DataObject
) -> None:
    told = json.dumps(decide(basket, *promotions))
    assert json.dumps(decide(basket, *promotions)) == told
    assert json.dumps(decide(basket, *data.draw(st.permutations(promotions)))) == told


@given(basket=baskets(), promotions=offers())
@settings(max_examples=100, deadline=None)
def test_every_promotion_is_listed_once_and_one_that_lacks_its_items_could_have_been_left_out(
    basket: Document, promotions: list[Document]
) -> None:
    outcome = decide(basket, *promotions)
    applied, stopped = ([entry["promotion"] for entry in outcome[key]] for key in ("applied", "not_applied"))
    assert sorted(applied + stopped) == sorted(promotion["id"] for promotion in promotions)

    by_itself = {promotion["id"]: decide(basket, promotion)["not_applied"] for promotion in promotions}
    idle = {name for name, stops in by_itself.items() if stops and stops[0]["reason"] in {"items", "audience"}}
    rest = decide(basket, *(promotion for promotion in promotions if promotion["id"] not in idle))
    kept = [entry for entry in outcome["not_applied"] if entry["promotion"] not in idle]
    assert rest == outcome | {"not_applied": kept}


@given(basket=baskets(), promotions=offers())
@settings(max_examples=60, deadline=None)
def test_standing_alone_is_never_worse_than_all_the_rest_or_any_other_alone(
    basket: Document, promotions: list[Document]
) -> None:
    outcome = decide(basket, *promotions)
    is_alone = [promotion for promotion in promotions if (promotion["combine"] or {}).get("mode") == "alone"]
    sides = [[promotion for promotion in promotions if promotion not in is_alone], *([one] for one in is_alone)]
    assert worth(outcome) == max(worth(decide(basket, *side)) for side in sides)


@given(basket=baskets(), promotions=offers())
@settings(max_examples=60, deadline=None)
def test_the_best_of_a_group_is_never_worse_than_any_other_member_by_itself(
    basket: Document, promotions: list[Document]
) -> None:
    group = {"group": "g", "mode": "best"}
    rivals = [promotion | {"combine": group} for promotion in promotions if promotion["benefit"]["type"] != "multiply"]
    outcome = decide(basket, *rivals)
    assert len(outcome["applied"]) <= 1
    assert worth(outcome) == max((worth(decide(basket, rival)) for rival in rivals), default=Decimal(0))


@given(basket=baskets(), promotions=offers())
@settings(max_examples=50, deadline=None)
def test_a_further_discount_never_raises_the_pay(basket: Document, promotions: list[Document]) -> None:
    plain = [promotion | {"combine": None, "limits": None} for promotion in promotions]
    before = Decimal(decide(basket, *plain)["pay"])
    after = Decimal(
        decide(basket, *plain, {"id": "z", "priority": 9, "benefit": {"type": "percent", "percent": "5"}})["pay"]
    )
    assert after <= before


@given(basket=baskets(), promotions=offers())
@settings(max_examples=80, deadline=None)
def test_a_ceiling_out_of_reach_changes_nothing(basket: Document, promotions: list[Document]) -> None:
    """What has no ceiling is reckoned in a shorter way, which must come to the same."""
    without = [promotion | {"limits": None} for promotion in promotions]
    under = [promotion | {"limits": {"max_value": "9999999.00"}} for promotion in promotions]
    assert decide(basket, *under) == decide(basket, *without)
