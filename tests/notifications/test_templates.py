"""Every event has its text in every language, and each language says the same with the same parameters."""

from pathlib import Path

import pytest
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from backend.kit.i18n import to_latin
from notifications.render import FALLBACKS, TEMPLATES, render

TOTAL = {"total_minor": 123_450, "currency": "RSD"}
THINGS: list[dict[str, object]] = [
    {"kind": "card", "value": 50_00, "name": None, "until": "2026-12-31"},
    {"kind": "receipt", "value": 3_85, "name": None, "until": None},
    {"kind": "cashback", "value": 7_70, "name": None, "until": None},
    {"kind": "entries", "value": 3, "name": "Uskrs", "until": None},
    {"kind": "coupon", "value": 1, "name": "K", "until": None},
    {"kind": "gift", "value": 1000, "name": "MUG", "quantity": "1", "until": None},
    {"kind": "text", "value": 1, "name": "HVALA", "until": None},
]
EVENTS: dict[str, dict[str, object]] = {
    "receipt-settled": {
        "points": 21,
        "points_decimals": 0,
        **TOTAL,
        "shop": "Maxi 12",
        "reasons": ["Dupli poeni", "Letnja akcija"],
    },
    "receipt-rewarded": {
        "points": 21,
        "points_decimals": 0,
        **TOTAL,
        "shop": "Maxi 12",
        "reasons": ["Dupli poeni"],
        "things": THINGS,
    },
    "receipt-rewarded-later": {
        "points": 21,
        "points_decimals": 0,
        **TOTAL,
        "shop": "Maxi 12",
        "reasons": ["Dupli poeni"],
        "things": [*THINGS, {"kind": "stamps", "value": 2, "quantity": None, "name": None, "until": None}],
    },
    "rewards-taken-back": {**TOTAL, "shop": "Maxi 12", "things": THINGS[:-1]},
    "receipt-rerated": {**TOTAL, "points": 21, "points_decimals": 0, "shop": "Maxi 12", "reasons": ["Dupli poeni"]},
    "receipt-settled-empty": {**TOTAL, "shop": "Maxi 12"},
    "receipt-refunded": {**TOTAL, "points": 21, "owed": 5, "points_decimals": 0, "shop": "Maxi 12"},
    "refund-settled": {**TOTAL, "shop": "Maxi 12"},
    "advance-settled": {**TOTAL, "shop": "Maxi 12"},
    "receipt-waiting": {**TOTAL},
    "receipt-unconfirmed": {**TOTAL},
    "receipt-looked-into": {**TOTAL},
    "receipt-refused": {**TOTAL, "reason": "The receipt is older than 30 days."},
    "points-expiring": {"points": 210, "points_decimals": 0, "programme": "Lipa klub", "on": "2026-12-31"},
    "sign-in-code": {"brand": "Mlekara Lipa", "code": "007215", "minutes": 10},
}
LANGUAGES = sorted(FALLBACKS)


def source(language: str, event: str, part: str) -> Path:
    folders = (TEMPLATES / folder / event / f"{part}.txt" for folder in FALLBACKS[language])
    return next(path for path in folders if path.exists())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_event_renders_in_every_language(event: str, language: str) -> None:
    rendered = render(event, language, EVENTS[event])
    assert rendered.title
    assert "\n" not in rendered.title
    expected = {"234,50", "234.50"} if "total_minor" in EVENTS[event] else {"007215", "210"}
    assert any(number in rendered.body for number in expected)
    assert "{" not in rendered.title + rendered.body


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", EVENTS)
def test_every_language_uses_exactly_the_parameters_of_the_event(event: str, language: str) -> None:
    environment = SandboxedEnvironment(autoescape=True)
    environment.filters |= dict.fromkeys(("scaled", "number", "plural", "money", "day"), str)
    used: set[str] = set()
    for part in ("title", "body"):
        used |= meta.find_undeclared_variables(environment.parse(source(language, event, part).read_text()))
    assert used == set(EVENTS[event])


@pytest.mark.parametrize("language", ["en", "sr-Latn", "sr-Cyrl"])
def test_the_full_languages_have_every_event_and_no_other(language: str) -> None:
    assert {path.name for path in (TEMPLATES / language).iterdir()} == set(EVENTS)


def test_serbian_says_the_same_in_both_scripts() -> None:
    cyrillic = {path.relative_to(TEMPLATES / "sr-Cyrl"): path for path in (TEMPLATES / "sr-Cyrl").rglob("*.txt")}
    assert len(cyrillic) == 2 * len(EVENTS)
    for name, path in cyrillic.items():
        assert (TEMPLATES / "sr-Latn" / name).read_text() == to_latin(path.read_text())


@pytest.mark.parametrize("language", ["hr", "bs"])
def test_croatian_and_bosnian_hold_only_what_differs(language: str) -> None:
    own = list((TEMPLATES / language).rglob("*.txt"))
    assert own
    for path in own:
        assert path.read_text() != (TEMPLATES / "sr-Latn" / path.relative_to(TEMPLATES / language)).read_text()


@pytest.mark.parametrize("event", EVENTS)
def test_croatian_shows_no_serbian_word(event: str) -> None:
    rendered = render(event, "hr", {**EVENTS[event], "reasons": []})
    said = f"{rendered.title} {rendered.body}".lower()
    for word in ("poen", "poresk", "prover", "sačuvan", "preduzim", "sledeć"):
        assert word not in said


def test_a_shop_that_is_not_known_leaves_no_gap() -> None:
    for language in LANGUAGES:
        body = render("receipt-settled", language, {**EVENTS["receipt-settled"], "shop": None}).body
        assert "None" not in body
        assert "()" not in body
        assert "  " not in body


def test_no_reason_gives_no_empty_sentence_and_many_are_cut() -> None:
    none = render("receipt-settled", "sr-Latn", {**EVENTS["receipt-settled"], "reasons": []})
    many = render("receipt-settled", "sr-Latn", {**EVENTS["receipt-settled"], "reasons": ["A", "B", "C", "D"]})
    assert "donose" not in none.body
    assert many.body.endswith("Poene donose: A, B, C i druge akcije.")


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_an_authority_that_is_silent_is_said_not_to_answer(language: str) -> None:
    silent = {"en": "not answering", "sr-Cyrl": "не одговара"}.get(language, "ne odgovara")
    said = {event: silent in render(event, language, EVENTS[event]).body for event in EVENTS}
    assert [event for event, is_said in said.items() if is_said] == ["receipt-waiting"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_refund_speaks_of_a_debt_only_where_there_is_one(language: str) -> None:
    owing = render("receipt-refunded", language, EVENTS["receipt-refunded"]).body
    paid = render("receipt-refunded", language, {**EVENTS["receipt-refunded"], "owed": 0}).body
    assert owing.startswith(paid)
    assert "5" in owing.removeprefix(paid)
