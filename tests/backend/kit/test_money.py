"""Amounts keep every digit on their way to people."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from backend.kit.money import format_quantity, format_units

amounts = st.integers(-(10**18), 10**18)


@given(amount=amounts, decimals=st.integers(0, 4))
def test_an_amount_reads_back_as_itself(amount: int, decimals: int) -> None:
    text = format_units(amount, decimals)
    assert int(Decimal(text).scaleb(decimals)) == amount
    assert len(text.partition(".")[2]) == decimals
    assert ("." in text) == (decimals > 0)
    assert not text.startswith(("-0.00000", "+")) or amount != 0


@given(milli=amounts)
def test_a_quantity_is_as_short_as_it_can_be(milli: int) -> None:
    text = format_quantity(milli)
    assert int(Decimal(text) * 1000) == milli
    assert "." not in text or not text.endswith(("0", "."))


def test_amounts_as_people_know_them() -> None:
    assert [format_units(*pair) for pair in ((82912, 2), (5, 2), (-5, 2), (0, 2), (7, 0))] == [
        "829.12",
        "0.05",
        "-0.05",
        "0.00",
        "7",
    ]
    assert [format_quantity(milli) for milli in (1482, 1000, 0, 100_000)] == ["1.482", "1", "0", "100"]
