"""Card numbers are random, carry their prefix and a right check digit, and survive every way of writing and reading them."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from backend.cards.errors import CardPrefixMalformed, CardUnknown
from backend.cards.numbers import capacity, check_prefix, digits_of, plain, random_number, shown, span
from backend.cards.presented import folded, read_presented
from backend.cards.print_files import track

PREFIXES = st.from_regex(r"[1-9][0-9]{3,7}", fullmatch=True)
NUMBERS = PREFIXES.map(random_number)


@settings(max_examples=100)
@given(PREFIXES)
def test_mt_18_g07_a_number_has_16_digits_its_prefix_and_a_check_digit(prefix: str) -> None:
    number = random_number(prefix)
    first, last = span(prefix)
    assert (len(number), number.startswith(prefix), luhn.is_valid(number)) == (16, True, True)
    assert first <= int(number) <= last
    assert plain(shown(number)) == number == digits_of(shown(number))


def test_mt_18_a_number_is_shown_in_four_groups() -> None:
    assert shown("1900000100000420") == "1900-0001-0000-0420"
    assert luhn.is_valid("1900000100000420")


def test_mt_19_numbers_are_not_counted_up() -> None:
    middles = [int(random_number("1900")[4:15]) for _ in range(200)]
    steps = {abs(one - other) for one, other in itertools.pairwise(middles)}
    assert len(steps) > 190
    assert max(steps) > capacity("1900") // 4, "they lie anywhere under the prefix"


@pytest.mark.parametrize("prefix", ["", "190", "0190", "190012345", "19a0", " 1900", "1900\n", "١٩٠٠"])
def test_mt_18_what_is_no_prefix_is_refused(prefix: str) -> None:
    with pytest.raises(CardPrefixMalformed):
        check_prefix(prefix)


@pytest.mark.parametrize("text", ["", "1900", "1900000100000420x", "19000001000004200", "１９００0001000004٢0"])
def test_what_is_no_number_is_not_known(text: str) -> None:
    with pytest.raises(CardUnknown):
        digits_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "1900000100000420",
        "1900-0001-0000-0420",
        "1900 0001 0000 0420",
        " 1900000100000420\r\n",
        "\x021900000100000420\x03",
        "]C01900000100000420",
        "]Q31900000100000420\t",
        ";1900000100000420=?",
        ";1900000100000420=49121010000012345678?",
        "%B1900000100000420^PETROVIC/PETAR^4912101?;1900000100000420=4912?+",
        "č1900000100000420+49121010000012345678_",
        "https://klub.mlekara.example/c/1900000100000420",
    ],
)
def test_lty_07_mt_20_whatever_a_reader_types_around_a_number_it_is_found(text: str) -> None:
    read = read_presented(text)
    assert (read.number, read.means, read.tail) == ("1900000100000420", "number", "0420")


@settings(max_examples=100)
@given(NUMBERS, st.sampled_from(["", "\n", "\r\n", "\t", " "]), st.sampled_from(["", "\x02", "]C0", "]A0"]))
def test_lty_07_mt_16_what_is_written_on_a_track_is_read_back(number: str, end: str, start: str) -> None:
    for written in (number, shown(number), track(number)):
        assert read_presented(f"{start}{written}{end}").number == number


@given(st.text(max_size=200))
def test_any_text_may_be_presented_and_its_tail_is_short(text: str) -> None:
    read = read_presented(text)
    assert len(read.tail) <= 4
    assert read.means in {"number", "phone", "value"}


def test_lty_05_a_phone_number_is_read_as_one_and_a_token_as_itself() -> None:
    phone = read_presented("+381 60 123-4567\n")
    assert phone.phone is not None
    assert (phone.means, phone.phone.value, phone.number, phone.tail) == ("phone", "+381601234567", None, "4567")
    token = read_presented(";04a2b91c55?\r")
    assert (token.means, token.value, token.tail) == ("value", "04A2B91C55", "9155")
    assert read_presented("19000001000004201900000100000420").number is None, "two scans in one are neither"


@pytest.mark.parametrize("text", ["", "abc", "ДИР12345", "x" * 129])
def test_what_cannot_be_kept_is_nothing(text: str) -> None:
    assert folded(text) == ""
