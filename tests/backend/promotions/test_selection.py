"""Which lines of a basket a promotion is about."""

from typing import Any

import pytest

from backend.promotions.basket import BasketLine
from backend.promotions.documents import read_promotions
from tests.backend.promotions.building import decide, line, percent, sale

LINE = BasketLine(
    id="1",
    sku="A",
    gtin="8600115405206",
    name="Млеко 1Л/KOM",
    groups=frozenset({"dairy", "fresh"}),
    brand="Imlek",
    quantity_milli=1000,
    total_minor=12000,
)
BARE = BasketLine(id="2", quantity_milli=1000, total_minor=12000)


def picks(items: dict[str, Any] | None, line: BasketLine = LINE) -> bool:
    (promotion,) = read_promotions([{"id": "p", "items": items, "benefit": {"type": "points", "points": "1"}}])
    return promotion.items.picks(line)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        (None, True),
        ({}, True),
        ({"all": True}, True),
        ({"skus": ["A", "B"]}, True),
        ({"skus": ["a"]}, False),
        ({"skus": []}, False),
        ({"gtins": ["8600115405206"]}, True),
        ({"gtins": ["08600115405206"]}, True),
        ({"gtins": ["8600115405207"]}, False),
        ({"groups": ["fresh"]}, True),
        ({"groups": ["Fresh"]}, False),
        ({"brands": ["Imlek"]}, True),
        ({"brands": ["imlek"]}, False),
        ({"names": ["MLEKO"]}, True),
        ({"names": ["sir", "mleko 1l"]}, True),
        ({"names": ["mlek"]}, False),
        ({"skus": ["X"], "brands": ["Imlek"]}, True),
        ({"groups": ["dairy"], "except": {"skus": ["A"]}}, False),
        ({"groups": ["dairy"], "except": {"skus": ["B"]}}, True),
        ({"except": {"brands": ["Imlek"]}}, False),
        ({"except": {"brands": ["Dukat"]}}, True),
        ({"except": {"all": True, "except": {"skus": ["A"]}}}, True),
    ],
)
def test_any_list_selects_and_except_takes_away(items: dict[str, Any] | None, expected: bool) -> None:
    assert picks(items) is expected


@pytest.mark.parametrize("key", ["skus", "gtins", "groups", "brands", "names"])
def test_a_line_that_says_nothing_of_itself_is_in_no_list(key: str) -> None:
    assert not picks({key: ["A"]}, BARE)


def test_selected_lines_stand_in_the_baskets_order_and_once_whatever_names_them() -> None:
    basket = sale(*(line("A" if place in {1, 8} else "B", "10.00", brand="Imlek") for place in range(10)))
    (applied,) = decide(basket, percent("p", "10", items={"skus": ["A"]}))["applied"]
    assert applied["lines"] == ["2", "9"]
    (applied,) = decide(basket, percent("p", "10", items={"skus": ["A", "B"], "brands": ["Imlek"]}))["applied"]
    assert applied["lines"] == [str(place) for place in range(1, 11)]
    assert applied["value"] == "10.00"
