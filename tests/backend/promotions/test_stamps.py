"""Stamps: units fill the member's counter across receipts, and every full card gives its reward."""

from dataclasses import replace
from typing import Any

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import outcome_document
from tests.backend.promotions.building import MEMBER, Document, decide, line, multiply, promotion, reasons, sale, values

GIFT = {"type": "gift", "sku": "COFFEE"}


def card(reward: Document, *, needs: int = 10, **fields: Any) -> Document:
    benefit = {"type": "stamp", "counter": "coffee", "needs": needs, "reward": reward}
    return promotion("stamps", benefit, **{"items": {"skus": ["A"]}, **fields})


def held(before: int, quantity: str, total: str = "100.00") -> Document:
    return sale(line("A", total, quantity), member=MEMBER | {"stamps": {"coffee": before}})


def change(outcome: Document) -> tuple[int, int, int, int]:
    (stamps,) = outcome["stamps"]
    assert (stamps["promotion"], stamps["counter"]) == ("stamps", "coffee")
    return stamps["before"], stamps["added"], stamps["cards"], stamps["after"]


def test_units_fill_the_counter_and_a_full_card_gives_the_reward() -> None:
    filling = decide(held(7, "2"), card(GIFT))
    assert (change(filling), filling["gifts"]) == ((7, 2, 0, 9), [])
    assert [entry["value"] for entry in filling["applied"]] == ["0.00"]
    full = decide(held(8, "2"), card(GIFT))
    assert (change(full), full["gifts"]) == ((8, 2, 1, 0), [{"promotion": "stamps", "sku": "COFFEE", "quantity": "1"}])


def test_every_full_card_gives_the_reward_and_the_rest_stays() -> None:
    several = decide(held(5, "27"), card(GIFT))
    assert change(several) == (5, 27, 3, 2)
    assert several["gifts"][0]["quantity"] == "3"
    assert decide(held(5, "27"), card({"type": "points", "points": "50"}))["points"] == "150"
    assert decide(held(5, "27"), card({"type": "amount", "amount": "10.00"}))["discount"] == "30.00"
    assert decide(held(5, "27"), card({"type": "percent", "percent": "5"}))["discount"] == "15.00"
    assert (
        decide(held(5, "27"), card({"type": "coupon", "series": "K"}))["coupons"]
        == [{"promotion": "stamps", "series": "K"}] * 3
    )


def test_a_counter_that_was_never_used_is_at_zero() -> None:
    assert change(decide(sale(line("A", "100.00", "3")), card(GIFT))) == (0, 3, 0, 3)


def test_only_pieces_of_the_selected_items_count() -> None:
    assert reasons(sale(line("B", "100.00", "3")), card(GIFT)) == {"stamps": ("items", None)}
    assert reasons(sale(line("A", "100.00", "3", unit="kg")), card(GIFT)) == {"stamps": ("items", "1")}


def test_a_card_whose_reward_is_worth_nothing_now_stays_with_the_member() -> None:
    reward = {"type": "points", "every": "1000.00", "points": "1"}
    outcome = decide(held(9, "4"), card(reward))
    assert (change(outcome), outcome["points"]) == ((9, 4, 0, 13), "0")


def test_a_reward_is_granted_limited_and_multiplied_like_any_other() -> None:
    tenth = {"type": "percent", "percent": "10"}
    assert decide(held(9, "1"), card(tenth, grant={"as": "card", "valid_days": 7}))["bonuses"][0] == {
        "promotion": "stamps",
        "as": "card",
        "amount": "10.00",
        "valid_to": "2026-11-25",
        "redeem_at": [],
    }
    assert reasons(held(9, "1"), card(tenth, limits={"budget": "9.99"})) == {"stamps": ("budget", "0.01")}
    assert values(held(9, "1"), card(tenth), multiply("x2", "2", ["stamps"])) == {"stamps": "10.00", "x2": "10.00"}
    points = card({"type": "points", "percent": "10"})
    half = promotion("half", {"type": "percent", "percent": "50"}, priority=900)
    assert values(held(9, "1"), points, half) == {"stamps": "5", "half": "50.00"}


def test_stamps_that_another_card_has_taken_already_fill_none() -> None:
    """A receipt that is decided anew brings its stamps again, onto a card that has been without them since."""
    basket = read_basket(held(0, "2"))
    assert basket.member is not None
    taken = replace(basket, member=replace(basket.member, stamps={"coffee": -12}))
    outcome = outcome_document(evaluate(taken, read_promotions([card(GIFT)])))
    assert (change(outcome), outcome["gifts"]) == ((-12, 2, 0, -10), [])
