"""Numbers read exactly under the convention that is named, and not at all under the other."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receipt_parsers.text import DecimalMark, collapse, decimal, rounded, scaled, tax_label


@pytest.mark.parametrize(
    ("text", "mark", "number"),
    [
        ("1.898,00", ",", "1898"),
        ("1,898.00", ".", "1898"),
        ("1.482", ",", "1482"),
        ("1.482", ".", "1.482"),
        ("1,482", ",", "1.482"),
        ("0,996", ",", "0.996"),
        ("-1.234.567,89", ",", "-1234567.89"),
        ("829,12", ",", "829.12"),
        ("610.38", ".", "610.38"),
        (" 4 ", ",", "4"),
    ],
)
def test_conventions_are_kept_apart(text: str, mark: DecimalMark, number: str) -> None:
    assert decimal(text, mark) == Decimal(number)


@pytest.mark.parametrize(
    ("text", "mark"),
    [
        ("610.38", ","),
        ("829,12", "."),
        ("1.23,4", ","),
        ("1..2", ","),
        ("", ","),
        ("-", ","),
        ("1e5", "."),
        ("١", "."),
        ("9" * 99, ","),
    ],
)
def test_what_breaks_the_convention_is_no_number(text: str, mark: DecimalMark) -> None:
    with pytest.raises(ValueError, match="convention"):
        decimal(text, mark)


@given(st.integers(-(10**14), 10**14))
def test_money_survives_print_and_reading(minor: int) -> None:
    printed = f"{Decimal(minor).scaleb(-2):,.2f}"
    assert scaled(decimal(printed, "."), 2) == minor
    serbian = printed.translate(str.maketrans(",.", ".,"))
    assert scaled(decimal(serbian, ","), 2) == minor


@pytest.mark.parametrize("value", ["0.001", "NaN", "Infinity", "1E+999999999", "1E+16"])
def test_money_is_exact_and_sane(value: str) -> None:
    with pytest.raises(ValueError, match=r"unit has|of a receipt"):
        scaled(Decimal(value), 2)


def test_rounding_is_half_away_from_zero() -> None:
    assert [rounded(Decimal(text), 2) for text in ("0.005", "-0.005", "0.0049", "1E-999999")] == [1, -1, 0, 0]


def test_words_become_comparable() -> None:
    assert collapse("  a\t b\n\u00a0c ") == "a b c"
    assert [tax_label(label) for label in ("E", "A", "Ђ", "F")] == ["Е", "А", "Ђ", "F"]
