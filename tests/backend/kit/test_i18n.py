"""Every sentence in every language says the same, and is spoken to whoever asked for it."""

import re
import string
from collections import Counter
from importlib.resources import files
from typing import ClassVar

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from backend.kit.errors import ErrorKind, ParagonError, catalogue
from backend.kit.i18n import DEFAULT_LANGUAGE, LANGUAGES, Text, negotiate, to_latin, translate

CATALOGUES = ("sr_Cyrl", "hr", "bs")
_CYRILLIC = re.compile("[а-яА-ЯђјљњћџЂЈЉЊЋЏ]")


def _catalogue(name: str) -> Catalog:
    with files("backend").joinpath("locales", f"{name}.po").open("rb") as source:
        return read_po(source, abort_invalid=True)


def _blanks(sentence: str) -> Counter[str]:
    return Counter(blank for _, blank, _, _ in string.Formatter().parse(sentence) if blank is not None)


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_has_exactly_the_blanks_of_its_sentence(name: str) -> None:
    messages = [message for message in _catalogue(name) if message.id]
    assert messages
    for message in messages:
        if message.string:
            assert _blanks(str(message.string)) == _blanks(str(message.id)), message.id


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_sentence_is_there_twice_or_unsure(name: str) -> None:
    text = files("backend").joinpath("locales", f"{name}.po").read_text(encoding="utf-8")
    ids = re.findall(r'^msgid "(.+)"$', text, re.MULTILINE)
    assert len(ids) == len(set(ids))
    assert not [message.id for message in _catalogue(name) if message.fuzzy]


def test_every_reason_has_a_code_of_its_own_and_a_sentence() -> None:
    reasons = catalogue()
    assert len(reasons) > 20
    for code, reason in reasons.items():
        assert re.fullmatch(r"[a-z]+(-[a-z0-9]+)*", code)
        assert reason.title.endswith((".", "}")), code


def test_two_reasons_with_one_code_are_our_mistake() -> None:
    taken = next(iter(catalogue().values()))

    class Twin(ParagonError):
        code: ClassVar[str] = taken.code
        kind: ClassVar[ErrorKind] = taken.kind
        title: ClassVar[str] = taken.title

    try:
        with pytest.raises(AssertionError, match=taken.code):
            catalogue()
    finally:
        Twin.code = "twin-of-a-test"


@given(st.text(alphabet="абвгдђежзијклљмнњопрстћуфхцчџшАБВГДЂЕЖЗИЈКЛЉМНЊОПРСТЋУФХЦЧЏШ .,0123", max_size=60))
def test_serbian_becomes_latin_whole(text: str) -> None:
    latin = to_latin(text)
    assert not _CYRILLIC.search(latin)
    assert len(latin) == len(text) + sum(letter in "љњџЉЊЏ" for letter in text)
    assert to_latin(latin) == latin


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_blank_is_filled_with_the_very_text_in_every_language(language: str) -> None:
    said = translate(Text("Points for this purchase: {points}", {"points": "{12}"}), language)
    assert "{12}" in said


def test_the_languages_differ_in_script_as_they_should() -> None:
    for reason in catalogue().values():
        params = dict.fromkeys(_blanks(reason.title), "x")
        latin, cyrillic = (translate(Text(reason.title, params), code) for code in ("sr-Latn", "sr-Cyrl"))
        assert latin == to_latin(cyrillic)
        assert not _CYRILLIC.search(latin)


@pytest.mark.parametrize(
    ("header", "spoken"),
    [
        (None, "en"),
        ("", "en"),
        ("sr", "sr-Latn"),
        ("sr-RS", "sr-Latn"),
        ("sr-Cyrl-RS, en;q=0.5", "sr-Cyrl"),
        ("de, hr;q=0.8, en;q=0.9", "en"),
        ("en;q=0.1, bs-BA;q=0.2", "bs"),
        ("sr-Cyrl; q=0.1, hr; q=0.7", "hr"),
        ("en;q=0, hr;q=0.001", "hr"),
        ("*", DEFAULT_LANGUAGE),
        ("en;q=0.²", DEFAULT_LANGUAGE),
        ("srd, hr;q=0.3", "hr"),
    ],
)
def test_the_caller_is_spoken_to_in_the_language_asked_for(header: str | None, spoken: str) -> None:
    assert negotiate(header) == spoken


@given(st.text(max_size=80))
def test_any_header_is_answered_in_some_language(header: str) -> None:
    assert negotiate(header) in LANGUAGES
