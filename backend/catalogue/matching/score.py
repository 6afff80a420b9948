"""How well a printed name fits one name of a product, in thousandths.

Six tenths is how much of the print the product explains, four tenths how much of the product the print says. Sizes
count as words do; one that contradicts costs more than words can make good.
"""

from dataclasses import dataclass

from backend.catalogue.matching.abbreviations import Reading
from backend.catalogue.matching.index import NOISE_WEIGHT, WORD_WEIGHT, Index, NameEntry, weight_of
from backend.catalogue.matching.sizes import Sizes, compare
from backend.catalogue.matching.wording import Word, Wording

_EXPLAINED, _SAID = 600, 400
_CUT_COST = 40
_CONTRADICTION_COST = 400
_NUMBER = 950

Pair = tuple[Word, str, Reading]
"""A printed word, the full one that it was read as, and how."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A product's name weighed against a printed one; `is_cut` says that the column ended within the name."""

    entry: NameEntry
    score: int
    read: tuple[Pair, ...]
    sizes: Sizes
    is_cut: bool

    @property
    def is_rival(self) -> bool:
        """Whether the print may well mean it: no size contradicts, and nothing is unsaid that tells it from others."""
        return not self.sizes.is_contradiction and not self.sizes.lacks_pieces and not self.unsaid()

    def unsaid(self) -> list[str]:
        """The product's words that the slip would have printed; none are expected behind a cut, or of the brand."""
        said = {full for _, full, _ in self.read}
        own = self.entry.own[: _last(self.entry, said)] if self.is_cut else self.entry.own
        return [
            full for full in own if full not in said and full not in self.entry.maker and weight_of(full) > NOISE_WEIGHT
        ]


def weigh(index: Index, wording: Wording, words: tuple[Word, ...], entry: NameEntry) -> Fit:
    """Weigh one name of a product."""
    read = _pair(index, wording, words, entry)
    is_cut = any(word.last and reading[1] == "cut" for word, _, reading in read)
    sizes = compare(wording, entry.sizes, entry.numbers)
    score = _score(words, read, sizes, entry, is_cut=is_cut) - (_CONTRADICTION_COST if sizes.is_contradiction else 0)
    return Fit(entry, max(score, 0), read, sizes, is_cut)


def _pair(index: Index, wording: Wording, words: tuple[Word, ...], entry: NameEntry) -> tuple[Pair, ...]:
    """Each printed word with the full one that it stands for best; a full word serves once."""
    possible = []
    for at, word in enumerate(words):
        readings = index.readings(word, wording.length)
        for place, full in enumerate(entry.words):
            reading = readings.get(full)
            if reading is not None:
                possible.append((-reading[0], at, place, (word, full, reading)))
    possible.sort(key=lambda each: each[:3])
    found: dict[int, Pair] = {}
    taken: set[int] = set()
    for _, at, place, pair in possible:
        if at not in found and place not in taken:
            found[at] = pair
            taken.add(place)
    return tuple(found[at] for at in sorted(found))


def _score(words: tuple[Word, ...], read: tuple[Pair, ...], sizes: Sizes, entry: NameEntry, *, is_cut: bool) -> int:
    common = WORD_WEIGHT * (1000 * len(sizes.agreed) + _NUMBER * sizes.numbers)
    stated = len(sizes.agreed) + sizes.numbers + len(sizes.other) + len(sizes.foreign)
    printed = sum(weight_of(word.text) for word in words) + WORD_WEIGHT * stated
    explained = common + sum(weight_of(word.text) * reading[0] for word, _, reading in read)
    said = common + sum(weight_of(full) * reading[0] for _, full, reading in read if full in entry.own)
    behind = _behind(read, entry, sizes) if is_cut else 0
    score = _EXPLAINED * explained // (1000 * printed or 1) + _SAID * said // (1000 * (entry.weight - behind) or 1)
    return min(score, 1000) - (_CUT_COST if behind else 0)


def _behind(read: tuple[Pair, ...], entry: NameEntry, sizes: Sizes) -> int:
    """The weight of what stands behind the last word that the column left: nothing is known of it."""
    last = _last(entry, {full for _, full, _ in read})
    return sum(weight_of(full) for full in entry.own[last + 1 :]) + WORD_WEIGHT * len(sizes.unsaid)


def _last(entry: NameEntry, said: set[str]) -> int:
    return max((at for at, full in enumerate(entry.own) if full in said), default=-1)
