"""Texts for people, in the caller's language: English is the message id, gettext catalogues hold the others.

Serbian is written once, in Cyrillic, and shown in either script: its Latin form is transliterated, so the two can
never differ in meaning. Croatian and Bosnian hold only what differs from Serbian Latin.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from gettext import GNUTranslations, NullTranslations
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = ("en", "sr-Latn", "sr-Cyrl", "hr", "bs")
DEFAULT_LANGUAGE = "en"

_RANGE = re.compile(
    r"\s*(?P<tag>[a-z*][a-z0-9-]*)\s*(?:;\s*q=(?P<whole>[01])(?:\.(?P<fraction>[0-9]{0,3}))?\s*)?",
    re.IGNORECASE | re.ASCII,
)
_CYRILLIC = "абвгдђежзијклљмнњопрстћуфхцчџш"
_LATIN = [*"abvgdđežzijkl", "lj", "m", "n", "nj", *"oprstćufhcč", "dž", "š"]
_TO_LATIN = {ord(c): latin for c, latin in zip(_CYRILLIC, _LATIN, strict=True)}
_TO_LATIN |= {ord(c.upper()): latin.capitalize() for c, latin in zip(_CYRILLIC, _LATIN, strict=True)}


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence for people before its language is known: the English message id and what fills its `{blanks}`."""

    msgid: str
    params: Mapping[str, str] = field(default_factory=dict)


def translate(text: Text, language: str) -> str:
    """The sentence in that language; a language without a catalogue reads English."""
    return _sentence(text.msgid, language).format_map(text.params)


def to_latin(text: str) -> str:
    """Serbian Cyrillic as Serbian Latin, letter by letter; whatever is not Cyrillic stays."""
    return text.translate(_TO_LATIN)


def negotiate(accept_language: str | None) -> str:
    """The first language of an Accept-Language header that is spoken here (RFC 9110, by weight, ties by order)."""
    ranked = sorted(_weighted(accept_language or ""), key=lambda pair: -pair[0])
    for _, tag in ranked:
        language = _spoken(tag)
        if language:
            return language
    return DEFAULT_LANGUAGE


def _weighted(header: str) -> list[tuple[int, str]]:
    """Pairs of weight in thousandths and tag; what cannot be read is passed over."""
    found = (_RANGE.fullmatch(part) for part in header.split(","))
    pairs = [(_thousandths(match), match["tag"].lower()) for match in found if match]
    return [pair for pair in pairs if pair[0] > 0]


def _thousandths(match: re.Match[str]) -> int:
    return int(match["whole"] or 1) * 1000 + int((match["fraction"] or "").ljust(3, "0"))


def _spoken(tag: str) -> str | None:
    primary = tag.partition("-")[0]
    if primary == "sr":
        return "sr-Cyrl" if "cyrl" in tag else "sr-Latn"
    return next((language for language in LANGUAGES if language == primary), None)


def _sentence(msgid: str, language: str) -> str:
    serbian = _catalogue("sr_Cyrl").gettext(msgid)
    match language:
        case "sr-Cyrl":
            return serbian
        case "sr-Latn":
            return to_latin(serbian)
        case "hr" | "bs":
            own = _catalogue(language).gettext(msgid)
            return own if own != msgid else to_latin(serbian)
        case _:
            return msgid


@cache
def _catalogue(name: str) -> NullTranslations:
    """The catalogue of `backend/locales/NAME.po`, compiled in memory: no built file can be stale."""
    source = files("backend").joinpath("locales", f"{name}.po").read_bytes()
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source), locale=None))
    compiled.seek(0)
    return GNUTranslations(compiled)
