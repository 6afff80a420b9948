"""Integers divide without losing or making a unit."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promotions.rounding import round_half_away, spread


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        (Fraction(1, 2), 1),
        (Fraction(3, 2), 2),
        (Fraction(5, 2), 3),
        (Fraction(49, 100), 0),
        (Fraction(-1, 2), -1),
        (Fraction(-7, 3), -2),
    ],
)
def test_a_half_goes_away_from_zero(value: Fraction, rounded: int) -> None:
    assert round_half_away(value) == rounded


def test_the_largest_remainder_gets_the_unit_and_a_tie_goes_to_the_earlier_line() -> None:
    assert spread(23, [2040_00, 300_00]) == [20, 3]
    assert spread(1, [1, 1]) == [1, 0]
    assert spread(5, [1, 1, 1]) == [2, 2, 1]


@given(st.integers(0, 10**6), st.lists(st.integers(0, 10**9), min_size=1, max_size=30).filter(any))
@settings(max_examples=150)
def test_parts_add_up_and_stay_within_one_unit_of_their_due(value: int, weights: list[int]) -> None:
    parts = spread(value, weights)
    assert sum(parts) == value
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part - Fraction(value * weight, sum(weights))) < 1
