"""Integers divide without losing or making a unit."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promotions.rounding import round_half_away, spread


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"),
    [(0, 7, 0), (1, 2, 1), (3, 2, 2), (5, 2, 3), (49, 100, 0), (51, 100, 1), (7, 3, 2), (8, 3, 3), (12, 4, 3)],
)
def test_a_half_goes_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert round_half_away(numerator, denominator) == rounded


@given(st.integers(0, 10**15), st.integers(1, 10**12))
@settings(max_examples=100)
def test_what_is_rounded_is_never_further_than_a_half_away(numerator: int, denominator: int) -> None:
    off = round_half_away(numerator, denominator) - Fraction(numerator, denominator)
    assert Fraction(-1, 2) < off <= Fraction(1, 2)


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
