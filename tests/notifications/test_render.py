"""Numbers, nouns and amounts read as the language wants them; what does not fit is a typed error."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.errors import BadParameter, RenderError, UnknownEvent
from notifications.render import render

SETTLED: dict[str, object] = {
    "points": 1,
    "points_decimals": 0,
    "total_minor": 123_450,
    "currency": "RSD",
    "shop": None,
    "reasons": [],
}


def earned(language: str, points: int, decimals: int = 0) -> str:
    """The number and its noun, as the title has them: `+2 poena za …` gives `2 poena`."""
    title = render("receipt-settled", language, {**SETTLED, "points": points, "points_decimals": decimals}).title
    return " ".join(title.removeprefix("+").split(" ")[:2])


@pytest.mark.parametrize(
    ("points", "serbian", "croatian", "english"),
    [
        (0, "0 poena", "0 bodova", "0 points"),
        (1, "1 poen", "1 bod", "1 point"),
        (2, "2 poena", "2 boda", "2 points"),
        (4, "4 poena", "4 boda", "4 points"),
        (5, "5 poena", "5 bodova", "5 points"),
        (11, "11 poena", "11 bodova", "11 points"),
        (12, "12 poena", "12 bodova", "12 points"),
        (14, "14 poena", "14 bodova", "14 points"),
        (20, "20 poena", "20 bodova", "20 points"),
        (21, "21 poen", "21 bod", "21 points"),
        (22, "22 poena", "22 boda", "22 points"),
        (101, "101 poen", "101 bod", "101 points"),
        (111, "111 poena", "111 bodova", "111 points"),
        (1001, "1.001 poen", "1.001 bod", "1,001 points"),
        (1_234_567, "1.234.567 poena", "1.234.567 bodova", "1,234,567 points"),
    ],
)
def test_points_agree_with_their_number(points: int, serbian: str, croatian: str, english: str) -> None:
    assert earned("sr-Latn", points) == serbian
    assert earned("hr", points) == croatian
    assert earned("bs", points) == croatian
    assert earned("en", points) == english


def test_cyrillic_agrees_too() -> None:
    assert [earned("sr-Cyrl", n) for n in (1, 3, 21)] == ["1 поен", "3 поена", "21 поен"]


@given(st.integers(0, 10**15))
@settings(max_examples=60, deadline=None)
def test_the_noun_follows_the_last_digits(points: int) -> None:
    tens, last = points // 10 % 10, points % 10
    noun = "bodova" if tens == 1 or last == 0 or last >= 5 else "bod" if last == 1 else "boda"
    assert earned("hr", points).split(" ")[1] == noun


@pytest.mark.parametrize(
    ("smallest", "decimals", "serbian"),
    [
        (1200, 2, "12 poena"),
        (100, 2, "1 poen"),
        (1250, 2, "12,50 poena"),
        (5, 1, "0,5 poena"),
        (123_456, 2, "1.234,56 poena"),
    ],
)
def test_fractions_are_shown_only_where_there_are_some(smallest: int, decimals: int, serbian: str) -> None:
    assert earned("sr-Latn", smallest, decimals) == serbian


def test_amounts_keep_their_hundredths() -> None:
    params = {"total_minor": 123_400, "currency": "RSD"}
    assert "1.234,00\u00a0RSD" in render("receipt-waiting", "sr-Cyrl", params).body
    assert "1,234.00\u00a0RSD" in render("receipt-waiting", "en", params).body


def test_an_unknown_language_reads_english() -> None:
    assert render("receipt-settled", "hu", SETTLED) == render("receipt-settled", "en", SETTLED)


@pytest.mark.parametrize("missing", SETTLED)
def test_a_missing_parameter_is_named(missing: str) -> None:
    incomplete = {name: value for name, value in SETTLED.items() if name != missing}
    with pytest.raises(BadParameter, match=f"'{missing}' is undefined"):
        render("receipt-settled", "en", incomplete)


@pytest.mark.parametrize(
    ("name", "value"),
    [("points", "12"), ("points", 1.5), ("points_decimals", None), ("total_minor", []), ("currency", 7)],
)
def test_a_parameter_of_another_kind_is_refused(name: str, value: object) -> None:
    with pytest.raises(BadParameter):
        render("receipt-settled", "sr-Latn", {**SETTLED, name: value})


@pytest.mark.parametrize(
    "event", ["nobody-wrote-this", "../en/receipt-settled", "", "receipt-settled/../receipt-waiting"]
)
def test_an_unknown_event_is_refused(event: str) -> None:
    with pytest.raises(UnknownEvent):
        render(event, "hr", SETTLED)


def test_a_parameter_is_never_read_as_a_template() -> None:
    assert "{{ 7 * 7 }} <b>" in render("receipt-settled", "en", {**SETTLED, "shop": "{{ 7 * 7 }} <b>"}).body


def test_errors_of_rendering_have_codes_of_their_own() -> None:
    codes = [error.code for error in RenderError.__subclasses__()]
    assert sorted(codes) == ["bad-parameter", "unknown-event"]
