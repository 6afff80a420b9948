"""A name taken apart for comparing: its words, the sizes it states, its bare numbers, and the barcodes printed in it.

Both sides, what a till prints and what the catalogue says, are taken apart by the same rules, so that a rule that is
wrong is wrong for both. Tax labels and the unit at a name's end belong to the slip and are dropped. Ekavian and
Ijekavian are one spelling here (mleko, mlijeko), and so are a few loan words that tills print in English.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from backend.promotions.folding import fold as fold_letters
from backend.promotions.folding import words as folded_words
from receipt_parsers.taxcore.items import split_unit

KEY_LENGTH_MAX = 200
"""A longer text is known by its beginning; an index of the database could not hold it whole."""
READ_MAX = 500
"""No slip prints a longer name; what stands behind is not looked at, for taking a name apart costs its length squared."""
CUT_FROM_LENGTH = 16
"""From how many characters on a name may have been cut by the width of a column."""

Size = tuple[str, int]
"""What a size measures (`ml`, `g`, `%` or `kom`) and how much of it, in thousandths."""

AMOUNTS = ("ml", "g")
_LABEL = re.compile(r"(.*\S)\s*\([A-ZА-ЯЂЈЉЊЋЏ]{1,2}\)", re.DOTALL)
_UNITS: dict[str, tuple[str, int, int]] = {
    **dict.fromkeys(("l", "lit", "ltr", "litar", "litra", "litara"), ("ml", 1000, 1)),
    "dl": ("ml", 100, 1),
    "cl": ("ml", 10, 1),
    "ml": ("ml", 1, 1),
    **dict.fromkeys(("kg", "kgr", "kilogram"), ("g", 1000, 1)),
    **dict.fromkeys(("g", "gr", "gram", "grama"), ("g", 1, 1)),
    "mg": ("g", 1, 1000),
    "%": ("%", 1, 1),
    **dict.fromkeys(("kom", "komada", "pcs", "tab", "tbl"), ("kom", 1, 1)),
    **dict.fromkeys(("mm", "cm", "m"), ("", 1, 1)),
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_TOKEN = re.compile(
    rf"(?P<times>\d{{1,3}})\s?[x×*]\s?(?P<each>\d{{1,4}}(?:[.,]\d{{1,3}})?)(?!\d)\s?(?P<each_unit>(?:{_UNIT})(?![^\W\d_]))?"
    r"|(?P<ratio>\d{1,3})\s?/\s?1(?![\d.,%])"
    rf"|(?P<number>\d{{1,4}}(?:[.,]\d{{1,3}})?)(?!\d)(?:\s?(?P<unit>%|(?:{_UNIT})(?![^\W\d_])))?"
    r"|(?P<code>\d+)"
    r"|(?P<word>[^\W\d_]+)(?P<dot>\.)?"
)
_IJEKAVIAN = re.compile(r"ije|(?<=[bcdfghkmprstvz])je(?=.)|(?<=^[hms]l)je")
_LOANS = {
    "choc": "cok",
    "choco": "coko",
    "chocolate": "cokolada",
    "kruh": "hleb",
    "kava": "kafa",
    "milk": "mleko",
    "yogurt": "jogurt",
    "yoghurt": "jogurt",
}
_LITTLE = ("sa", "s", "za", "od", "u", "i", "na", "x", "a", "o")
_UNITS_ALONE = ("mm", "kom", "ko", "komad", "komada", "kg", "lit", "pak", "pkt", "pakovanje", "rinfuz", "rinfuzi")
_PACKAGING = ("fl", "flasa", "boca", "pet", "lim", "limenka", "can", "tetrapak")
NOISE = frozenset({*_LITTLE, *_UNITS_ALONE, *_PACKAGING, "akc", "akcija"})
"""Words that tell no product from another: little ones, packaging, units that stand alone, and the till's own remarks."""
_BARCODE_LENGTHS = range(12, 15)


@dataclass(frozen=True, slots=True)
class Word:
    """One folded word; `dotted` says that a dot after it marks an abbreviation, `last` that the name ends with it."""

    text: str
    dotted: bool = False
    last: bool = False

    @property
    def is_noise(self) -> bool:
        """Whether it tells no product from another."""
        return self.text in NOISE


@dataclass(frozen=True, slots=True)
class Wording:
    """A name taken apart. `numbers` are those without a unit, in thousandths; `ends_in_number` names the last one."""

    words: tuple[Word, ...]
    sizes: frozenset[Size]
    numbers: tuple[int, ...]
    barcodes: tuple[str, ...]
    length: int
    ends_in_number: bool


def line_key(text: str) -> str:
    """By what a printed text is remembered: whole folded words, without the slip's labels and unit.

    The key of a key is itself.
    """
    key = _stripped(text[:READ_MAX])
    while (shorter := " ".join(folded_words(_stripped(key)))[:KEY_LENGTH_MAX].rstrip()) != key:
        key = shorter
    return key


def question(kind: str) -> str:
    """What a size answers: millilitres and grams are two answers to one question."""
    return "amount" if kind in AMOUNTS else kind


def take_apart(text: str) -> Wording:
    """The name's parts, in the order in which they stand."""
    return _take_apart(text[:READ_MAX])


@lru_cache(maxsize=4096)
def _take_apart(text: str) -> Wording:
    folded = fold_letters(_stripped(text)).strip()
    words: list[Word] = []
    sizes: set[Size] = set()
    numbers: list[int] = []
    barcodes: list[str] = []
    tokens = list(_TOKEN.finditer(folded))
    for at, token in enumerate(tokens):
        if token["word"]:
            words.append(Word(_spelled(token["word"]), dotted=bool(token["dot"]), last=at == len(tokens) - 1))
        elif token["code"]:
            barcodes += _barcodes(token["code"])
        else:
            _measure(token, sizes, numbers)
    bare_end = bool(tokens) and tokens[-1]["number"] is not None and tokens[-1]["unit"] is None
    return Wording(tuple(words), frozenset(sizes), tuple(numbers), tuple(barcodes), len(folded), bare_end)


def _stripped(text: str) -> str:
    """The text without tax labels and unit at its end, however often tills repeat them."""
    while True:
        labelled = _LABEL.fullmatch(text.strip())
        shorter = split_unit(labelled[1] if labelled else text)[0]
        if shorter == text:
            return text
        text = shorter


def _spelled(word: str) -> str:
    ekavian = _IJEKAVIAN.sub("e", word)
    return _LOANS.get(ekavian, ekavian)


def _measure(token: re.Match[str], sizes: set[Size], numbers: list[int]) -> None:
    if token["ratio"]:
        _add_pieces(int(token["ratio"]), sizes)
        return
    if token["times"]:
        if token["each_unit"] or not token["each"].isdigit():
            _add_pieces(int(token["times"]), sizes)
        else:
            numbers.append(_thousandths(token["times"]))
        _add(token["each"], token["each_unit"], sizes, numbers)
        return
    _add(token["number"], token["unit"], sizes, numbers)


def _add(number: str, unit: str | None, sizes: set[Size], numbers: list[int]) -> None:
    kind, times, per = _UNITS[unit] if unit else ("", 1, 1)
    amount = _thousandths(number) * times // per
    if kind == "kom":
        _add_pieces(amount // 1000, sizes)
    elif kind:
        sizes.add((kind, amount))
    else:
        numbers.append(amount)


def _add_pieces(count: int, sizes: set[Size]) -> None:
    if count > 1:
        sizes.add(("kom", count * 1000))


def _thousandths(number: str) -> int:
    whole, _, fraction = number.replace(",", ".").partition(".")
    return int(whole) * 1000 + int(fraction.ljust(3, "0") or 0)


def _barcodes(digits: str) -> list[str]:
    """The digits if they can be a barcode; shorter ones are too often a seller's own numbers."""
    if len(digits) not in _BARCODE_LENGTHS:
        return []
    padded = digits.zfill(14)
    check = -sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(padded[:-1])) % 10
    return [padded] if check == int(padded[-1]) else []
