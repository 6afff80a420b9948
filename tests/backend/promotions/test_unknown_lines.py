"""A basket whose lines are not known yet: what is sure is told, and the rest waits."""

from typing import Any

import pytest

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from tests.backend.promotions.building import (
    Document,
    amount,
    decide,
    fixed,
    multibuy,
    multiply,
    percent,
    points,
    promotion,
    sale,
)


def unknown(total: str = "1000.00", **fields: Any) -> Document:
    return sale(lines=None, total=total, outlet="u", seller_tax_id="100002888", **fields)


def waits(*promotions: Document, **fields: Any) -> dict[str, str]:
    return {entry["promotion"]: entry["reason"] for entry in decide(unknown(**fields), *promotions)["undecided"]}


def test_total_time_and_member_decide_and_everything_else_waits_with_its_reason() -> None:
    outcome = decide(
        unknown(),
        points("sure"),
        percent("items", "10", items={"skus": ["A"]}),
        percent("outlet", "10", conditions=[{"type": "outlet", "in": ["u"]}]),
        percent("channel", "10", conditions=[{"type": "channel", "in": ["web"]}]),
        percent("seller", "10", conditions=[{"type": "seller", "tax_ids": ["100002888"]}]),
        percent("some", "10", conditions=[{"type": "items", "items": {"skus": ["A"]}}]),
        multibuy("units", 1, 1),
        promotion("price", {"type": "price", "prices": {"A": "1.00"}}),
        promotion("litres", {"type": "amount_per_unit", "amount": "1.00"}),
        promotion("stamps", {"type": "stamp", "counter": "c", "needs": 1, "reward": {"type": "text", "text": "T"}}),
    )
    assert (outcome["points"], outcome["not_applied"]) == ("10", [])
    assert {entry["promotion"]: entry["reason"] for entry in outcome["undecided"]} == {
        "items": "items",
        "outlet": "outlet",
        "channel": "outlet",
        "seller": "seller",
        "some": "items",
        "units": "items",
        "price": "items",
        "litres": "items",
        "stamps": "items",
    }


def test_what_the_whole_basket_gives_is_reckoned_on_its_total() -> None:
    outcome = decide(
        unknown("234.50"),
        percent("back", "2", "cashback"),
        amount("off", "34.50"),
        percent("ten", "10"),
        fixed("five", "5"),
        promotion("text", {"type": "text", "text": "T"}),
        multiply("x2", "2", ["off"]),
    )
    assert (outcome["cashback"], outcome["discount"], outcome["pay"]) == ("4.69", "92.45", "142.05")
    assert (outcome["points"], outcome["texts"], outcome["lines"]) == ("5", ["T"], [])
    assert {tuple(entry["lines"]) for entry in outcome["applied"]} == {()}


def test_no_discount_exceeds_the_total() -> None:
    outcome = decide(unknown("100.00"), amount("a", "80.00"), amount("b", "80.00"))
    assert (outcome["discount"], [entry["value"] for entry in outcome["applied"]]) == ("100.00", ["80.00", "20.00"])


def test_what_is_stopped_already_is_stopped() -> None:
    documents = [
        percent("validity", "10", items={"skus": ["A"]}, valid={"to": "2026-01-01"}),
        percent("audience", "10", items={"skus": ["A"]}, audience="non_members"),
        percent("basket_total", "10", items={"skus": ["A"]}, conditions=[{"type": "basket_total", "min": "2000"}]),
        percent("code", "10", items={"skus": ["A"]}, conditions=[{"type": "code", "list": ["X"]}]),
        percent("limit", "10", items={"skus": ["A"]}, limits={"total": 0}),
    ]
    outcome = decide(unknown(codes=["Y"]), *documents)
    assert outcome["undecided"] == []
    assert {entry["promotion"]: entry["reason"] for entry in outcome["not_applied"]} == {
        document["id"]: document["id"] for document in documents
    }


@pytest.mark.parametrize("mode", ["first", "best"])
def test_a_rival_of_a_waiting_promotion_waits_with_it(mode: str) -> None:
    group = {"group": "g", "mode": mode}
    rivals = fixed("a", "5", combine=group), percent("b", "10", combine=group, items={"skus": ["A"]})
    assert waits(*rivals, fixed("c", "1")) == {"a": "items", "b": "items"}


def test_a_multiplier_of_a_waiting_promotion_waits_and_so_does_all_beside_one_that_stands_alone() -> None:
    waiting = percent("b", "10", items={"skus": ["A"]})
    assert waits(waiting, multiply("x2", "2", ["b"]), fixed("c", "1")) == {"b": "items", "x2": "items"}
    assert waits(waiting | {"combine": {"mode": "alone"}}, fixed("c", "1")) == {"b": "items", "c": "items"}
    assert waits(waiting, fixed("c", "1", combine={"mode": "alone"}), fixed("d", "1")) == {
        "b": "items",
        "c": "items",
        "d": "items",
    }
    assert waits(fixed("c", "1", combine={"mode": "alone"}), fixed("d", "2")) == {}


def test_the_shares_of_unknown_lines_are_nobodys() -> None:
    outcome = evaluate(read_basket(unknown()), read_promotions([points("p"), percent("d", "1", "card")]))
    assert [(one.value, one.shares, one.lines) for one in outcome.applied] == [(1000, (), ()), (10, (), ())]
