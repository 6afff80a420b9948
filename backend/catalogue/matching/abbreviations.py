"""Which of a product's words a printed word can stand for, and how well, in thousandths.

The habits are those of real slips: a dot after the beginning (`MLEČ.`), vowels left out (`JGRT`), the end cut off by the
column (`od pl`), another case's ending (`banane`), a letter mistyped. A word that is known whole stands for itself:
`MLEKO` is never the beginning of `MLEKOVITA`.
"""

from typing import Literal

from rapidfuzz.distance import OSA

from backend.catalogue.matching.wording import NOISE, Word

How = Literal["same", "inflected", "abbreviated", "cut", "mistyped"]
Reading = tuple[int, How]

_VOWELS = frozenset("aeiou")
_DROP_VOWELS = str.maketrans("", "", "aeiou")
_ENDINGS = ("ima", "ama", "om", "em", "im", "ih", "oj", "og", "a", "e", "i", "o", "u")
_STEM_MIN = 3
_INFLECTED_MIN = 4
_TYPO_MIN = 5
_DOTTED = {1: 450, 2: 650, 3: 780}
_CUT = {1: 500, 2: 620, 3: 780}
_LONG_BEGINNING = 850
_NO_VOWELS = 820
_CONSONANTS_MIN = 3
_BARE_BEGINNING_MIN = 3
WHOLE = frozenset(
    [
        "mleko",
        "jogurt",
        "sir",
        "sok",
        "voda",
        "pivo",
        "vino",
        "kafa",
        "caj",
        "hleb",
        "meso",
        "puter",
        "pavlaka",
        "kajmak",
        "cokolada",
        "keks",
        "kolac",
        "ulje",
        "secer",
        "brasno",
        "so",
        "sos",
        "supa",
        "jaja",
        "riba",
        "kola",
        "kefir",
        "maslac",
        "namaz",
        "krem",
        "sampon",
        "sapun",
        "pasta",
        "jabuka",
        "banana",
        "crni",
        "beli",
        "bela",
        "belo",
    ]
)
"""Words that slips print whole: one of them never abbreviates a longer one, even where no product has it."""


def stands_for(printed: Word, full: str, *, cut: bool, known: bool) -> Reading | None:
    """How well the printed word stands for the full one; None when it does not.

    `cut` says that the name may have been cut right after it, `known` that it is a whole word itself.
    """
    word = printed.text
    if word == full:
        return 1000, "same"
    if word[0] != full[0]:
        return None
    if full in NOISE:
        return (_NO_VOWELS, "abbreviated") if word == consonants(full) else None
    inflected: Reading | None = (900, "inflected") if is_inflected(word, full) else None
    if printed.dotted:
        return _dotted(word, full) or inflected
    return inflected or (None if known or word in WHOLE else _bare(word, full, cut=cut))


def is_inflected(one: str, other: str) -> bool:
    """Whether both are cases of one word."""
    return min(len(one), len(other)) >= _INFLECTED_MIN and stem(one) == stem(other)


def stem(word: str) -> str:
    """The word without a case's ending."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _STEM_MIN:
            return word[: -len(ending)]
    return word


def consonants(word: str) -> str:
    """The word as those write it who leave out vowels; a vowel at the beginning stays."""
    return word[0] + word[1:].translate(_DROP_VOWELS)


def _dotted(word: str, full: str) -> Reading | None:
    if full.startswith(word):
        return _DOTTED.get(len(word), _LONG_BEGINNING), "abbreviated"
    return _without_vowels(word, full, beginning=True)


def _bare(word: str, full: str, *, cut: bool) -> Reading | None:
    if full.startswith(word):
        if cut:
            return _CUT.get(len(word), _LONG_BEGINNING), "cut"
        if len(word) >= _BARE_BEGINNING_MIN and word[-1] not in _VOWELS:
            return _CUT.get(len(word), _LONG_BEGINNING), "abbreviated"
        return None
    return _without_vowels(word, full, beginning=cut) or _mistyped(word, full)


def _without_vowels(word: str, full: str, *, beginning: bool) -> Reading | None:
    """`JGRT` and `JOGRT` for jogurt; only the beginning, `JGR.`, where a dot or the column's end says so."""
    mine, theirs = consonants(word), consonants(full)
    if not theirs.startswith(mine) or not _in_order(word, full):
        return None
    if mine == theirs:
        return (_NO_VOWELS if len(mine) >= _CONSONANTS_MIN else 600), "abbreviated"
    return (620, "abbreviated") if beginning and len(mine) >= _CONSONANTS_MIN else None


def _in_order(word: str, full: str) -> bool:
    letters = iter(full)
    return all(letter in letters for letter in word)


def _mistyped(word: str, full: str) -> Reading | None:
    if min(len(word), len(full)) < _TYPO_MIN:
        return None
    return (750, "mistyped") if OSA.distance(word, full, score_cutoff=1) <= 1 else None
