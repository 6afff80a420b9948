"""What a set of refunds returns: in any order the same, never more than was given, and in full exactly everything."""

from fractions import Fraction
from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from backend.accrual.returned import SoldLine, points_of_part, returned_parts

NAMES = ("Jogurt", "ЈОГУРТ", "Mleko", "Hleb")
GTINS = (None, "9520101000040", "09520101000040", "9520101000019")
PRICES = (34_99, 139_99)


def line(
    no: int, name: str, quantity_milli: int, price: int, *, total: int | None = None, gtin: str | None = None
) -> SoldLine:
    gross = price * quantity_milli // 1000
    return SoldLine(no, name, gtin, quantity_milli, price, gross if total is None else total)


@st.composite
def sold_lines(draw: st.DrawFn) -> list[SoldLine]:
    return [
        line(
            no,
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from((1000, 2000, 3000, 1482))),
            draw(st.sampled_from(PRICES)),
            total=draw(st.none() | st.integers(0, 50_00)),
            gtin=draw(st.sampled_from(GTINS)),
        )
        for no in range(1, draw(st.integers(1, 5)) + 1)
    ]


def test_a_part_is_its_quantity() -> None:
    sold = [line(1, "Jogurt", 3000, 34_99), line(2, "Mleko", 2000, 139_99)]
    assert returned_parts(sold, [line(1, "JOGURT", 1000, 34_99)]) == {1: Fraction(1, 3), 2: 0}


def test_a_number_finds_its_line_before_a_name_does() -> None:
    sold = [
        line(1, "Jogurt", 1000, 34_99, gtin="9520101000040"),
        line(2, "Jogurt", 1000, 34_99, gtin="9520101000019"),
    ]
    assert returned_parts(sold, [line(1, "Jogurt", 1000, 34_99, gtin="9520101000019")]) == {1: 0, 2: 1}
    assert returned_parts(sold, [line(1, "Jogurt", 1000, 34_99, gtin="9520202000017")]) == {1: 1, 2: 0}


def test_the_same_name_at_its_own_price_comes_first() -> None:
    sold = [line(1, "Jogurt", 1000, 34_99), line(2, "Jogurt", 1000, 29_99)]
    assert returned_parts(sold, [line(1, "Jogurt", 1000, 29_99)]) == {1: 0, 2: 1}


def test_at_another_price_the_money_tells_how_much() -> None:
    sold = [line(1, "Aparat", 1000, 100_00)]
    assert returned_parts(sold, [line(1, "Aparat", 1000, 25_00)]) == {1: Fraction(1, 4)}


def test_what_was_never_sold_or_too_much_of_it_counts_for_nothing() -> None:
    sold = [line(1, "Jogurt", 1000, 34_99)]
    assert returned_parts(sold, [line(1, "Hleb", 1000, 34_99)]) == {1: 0}
    assert returned_parts(sold, [line(1, "Jogurt", 9000, 34_99)]) == {1: 1}


def test_half_a_point_stays_with_the_member() -> None:
    assert [points_of_part(5, Fraction(n, 10)) for n in range(11)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5]


@given(sold=sold_lines(), refunded=st.lists(sold_lines(), max_size=4), share=st.integers(0, 1000), rnd=st.randoms())
def test_the_order_of_refunds_changes_nothing_and_each_only_adds(
    sold: list[SoldLine], refunded: list[list[SoldLine]], share: int, rnd: object
) -> None:
    every = [each for refund in refunded for each in refund]
    shuffled = list(every)
    rnd.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random, whose type the strategy does not tell
    assert returned_parts(sold, shuffled) == returned_parts(sold, every)
    steps = [returned_parts(sold, every[:count]) for count in range(len(every) + 1)]
    for no in steps[0]:
        taken = [points_of_part(share, step[no]) for step in steps]
        assert taken == list(accumulate(taken, max)), "never gives back"
        assert taken[0] == 0
        assert taken[-1] <= share


@given(sold=sold_lines(), share=st.integers(0, 1000))
def test_returning_every_line_takes_exactly_everything(sold: list[SoldLine], share: int) -> None:
    parts = returned_parts(sold, sold)
    assert {points_of_part(share, part) for part in parts.values()} == {share}
