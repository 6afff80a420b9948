"""Texts made comparable: Cyrillic and Latin, upper and lower case, with marks and without, are one spelling.

Tills write the same product as КАЈМАК, Kajmak or KAJMAK. Serbian đ, ђ and the typed dj all become d, because no till is
consistent about them; џ becomes dz as dž does. What is folded is for comparing, never for showing.
"""

import re
import unicodedata
from functools import lru_cache

Phrase = tuple[str, ...]

_LATIN = {
    **dict(zip("абвгдежзијклмнопрстћуфхцчш", "abvgdezzijklmnoprstcufhccs", strict=True)),
    "ђ": "d",
    "đ": "d",
    "љ": "lj",
    "њ": "nj",
    "џ": "dz",
}


class _Letters(dict[int, str]):
    """What each character becomes, found out once: marks vanish, Cyrillic letters become Latin ones."""

    def __missing__(self, point: int) -> str:
        char = chr(point)
        found = "" if unicodedata.category(char).startswith("M") else _LATIN.get(char, char)
        self[point] = found
        return found


_LETTERS = _Letters()
_DJ = re.compile("dj+")
_WORD = re.compile(r"[^\W_]+")


def fold(text: str) -> str:
    """The text without case, marks or script; folding twice changes nothing."""
    bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return _DJ.sub("d", bare.translate(_LETTERS))


@lru_cache(maxsize=65_536)
def words(text: str) -> Phrase:
    """The folded words of a text, a word being a run of letters and digits: "Mleko 1L/KOM" -> mleko, 1l, kom."""
    return tuple(_WORD.findall(fold(text)))


def contains(text: Phrase, phrase: Phrase) -> bool:
    """Whether the phrase stands in the text as consecutive whole words, so that mleko is not found in mlekovita."""
    span = len(phrase)
    return any(text[start : start + span] == phrase for start in range(len(text) - span + 1))
