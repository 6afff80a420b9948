"""How well a printed name fits one name of a product, in thousandths, with what speaks against taking it for granted.

Six tenths is how much of the print the product explains, four tenths how much of the product the print says. Whatever
is listed in `against` keeps a fit from being accepted, however high it is: money follows from an acceptance, and a
person may still accept it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from backend.catalogue.matching.abbreviations import Reading
from backend.catalogue.matching.index import NOISE_WEIGHT, WORD_WEIGHT, Index, NameEntry, weight_of
from backend.catalogue.matching.wording import Size, Word, Wording
from backend.kit.i18n import Text

_SAID, _SAYS = 600, 400
_CUT_COST = 40
_CONTRADICTED_COST = 400
_NUMBER = 950
_BRAND_MIN = 600
_AMOUNTS = ("ml", "g")
_NAMING = frozenset({"same", "abbreviated", "cut"})
_BRANDS_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Fit:
    """A product's name weighed against a printed one; `read` are the pairs of printed and full words.

    `is_rival` says that the print may mean it: no size contradicts, and it is no pack where none was printed.
    """

    entry: NameEntry
    score: int
    read: tuple[tuple[str, str, Reading], ...]
    agreed: tuple[Size, ...]
    against: tuple[Text, ...]
    is_rival: bool


def weigh(index: Index, wording: Wording, words: tuple[Word, ...], entry: NameEntry) -> Fit:
    """Weigh one name of a product."""
    read = _pair(index, wording, words, entry)
    at_end = words[-1].last and words[-1] if words else None
    cut = any(word == at_end and reading[1] == "cut" for word, _, reading in read)
    sizes = _compare(wording, entry)
    against = tuple(_against(index, wording, words, read, sizes, entry, cut=cut))
    contradicted = bool(sizes.foreign or sizes.other)
    score = _score(words, read, sizes, entry, cut=cut) - (_CONTRADICTED_COST if contradicted else 0)
    spelled = tuple((word.text, full, reading) for word, full, reading in read)
    is_pack = any(kind == "kom" for kind, _ in sizes.unsaid)
    return Fit(entry, max(score, 0), spelled, sizes.agreed, against, not contradicted and not is_pack)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """The sizes of both sides beside each other. `other` are said otherwise, `foreign` the product does not have at all."""

    agreed: tuple[Size, ...]
    other: tuple[Size, ...]
    foreign: tuple[Size, ...]
    unsaid: tuple[Size, ...]
    numbers_said: int
    numbers_known: int
    numbers: int


def _pair(index: Index, wording: Wording, words: tuple[Word, ...], entry: NameEntry) -> list[tuple[Word, str, Reading]]:
    """Each printed word with the full one that it stands for best; a full word serves once."""
    possible = []
    for at, word in enumerate(words):
        readings = index.readings(word, wording.length)
        possible += [
            (-readings[full][0], at, place, word, full, readings[full])
            for place, full in enumerate(entry.words)
            if full in readings
        ]
    possible.sort(key=lambda pair: pair[:3])
    taken: set[str] = set()
    done: set[int] = set()
    found = []
    for _, at, _, word, full, reading in possible:
        if at not in done and full not in taken:
            done.add(at)
            taken.add(full)
            found.append((at, word, full, reading))
    found.sort(key=lambda pair: pair[0])
    return [(word, full, reading) for _, word, full, reading in found]


def _compare(wording: Wording, entry: NameEntry) -> _Sizes:
    agreed = set(wording.sizes & entry.sizes)
    said = wording.sizes - agreed
    unsaid = entry.sizes - agreed
    bare, known = 0, 0
    foreign_numbers = []
    for at, number in enumerate(wording.numbers):
        meant = _meant(number, unsaid)
        if meant is not None:
            agreed.add(meant)
            unsaid -= {meant}
            bare += 1
        elif number in entry.numbers:
            bare += 1
            known += 1
        elif wording.ends_in_number and at == len(wording.numbers) - 1 and _begins(number, unsaid):
            continue
        else:
            foreign_numbers.append(number)
    kinds = {_kind(kind) for kind, _ in entry.sizes}
    foreign = [size for size in said if _kind(size[0]) not in kinds]
    other = [size for size in said if _kind(size[0]) in kinds]
    amounts = {size for size in entry.sizes if size[0] in _AMOUNTS}
    loose = [("", number) for number in foreign_numbers]
    other += [size for size in loose if size[1] % 1000 and amounts]
    foreign += [size for size in loose if not (size[1] % 1000 and amounts)]
    return _Sizes(
        tuple(sorted(agreed)),
        tuple(sorted(other)),
        tuple(sorted(foreign)),
        tuple(sorted(unsaid)),
        bare,
        known,
        len(entry.numbers),
    )


def _kind(kind: str) -> str:
    """Millilitres and grams are one question, asked in two ways."""
    return "amount" if kind in _AMOUNTS else kind


def _meant(number: int, sizes: frozenset[Size]) -> Size | None:
    """The size that a number without a unit means: 0,25 is a quarter of a litre or of a kilogram, 180 are grams."""
    for kind, amount in sorted(sizes):
        if amount == number or (kind in _AMOUNTS and amount == number * 1000):
            return kind, amount
    return None


def _begins(number: int, sizes: frozenset[Size]) -> bool:
    """Whether a number at a name's end may be what the column left of a size."""
    digits = f"{number // 1000}"
    return any(f"{amount // 1000}".startswith(digits) for _, amount in sizes)


def _score(
    words: tuple[Word, ...], read: list[tuple[Word, str, Reading]], sizes: _Sizes, entry: NameEntry, *, cut: bool
) -> int:
    size_weight = WORD_WEIGHT * len(sizes.agreed)
    printed = sum(weight_of(word.text) for word in words) + size_weight
    printed += WORD_WEIGHT * (len(sizes.other) + len(sizes.foreign) + sizes.numbers_known)
    explained = sum(weight_of(word.text) * reading[0] for word, _, reading in read)
    explained += 1000 * size_weight + _NUMBER * WORD_WEIGHT * sizes.numbers_known
    own = {full: reading[0] for _, full, reading in read if full in entry.own}
    said = sum(weight_of(full) * quality for full, quality in own.items())
    said += 1000 * size_weight + _NUMBER * WORD_WEIGHT * sizes.numbers_known
    whole = entry.weight
    if cut:
        whole -= _behind(own, entry, sizes)
    score = _SAID * explained // (1000 * printed or 1) + _SAYS * said // (1000 * whole or 1)
    return min(score, 1000) - (_CUT_COST if cut and whole < entry.weight else 0)


def _behind(own: dict[str, int], entry: NameEntry, sizes: _Sizes) -> int:
    """The weight of what stands behind the last word that the column left: nothing is known of it."""
    last = max((at for at, full in enumerate(entry.own) if full in own), default=-1)
    return sum(weight_of(full) for full in entry.own[last + 1 :]) + WORD_WEIGHT * len(sizes.unsaid)


def _against(
    index: Index,
    wording: Wording,
    words: tuple[Word, ...],
    read: list[tuple[Word, str, Reading]],
    sizes: _Sizes,
    entry: NameEntry,
    *,
    cut: bool,
) -> Iterator[Text]:
    explained = {word for word, _, _ in read}
    alien = [word.text for word in words if word not in explained and not word.is_noise]
    if alien:
        yield Text("words that the product does not have: {words}", {"words": ", ".join(alien)})
    if sizes.other:
        yield Text("another size: {sizes}", {"sizes": spelled_sizes(sizes.other)})
    if sizes.foreign:
        yield Text("a size that the product does not state: {sizes}", {"sizes": spelled_sizes(sizes.foreign)})
    if any(kind == "kom" for kind, _ in sizes.unsaid):
        yield Text("the product is a pack of several, and the slip does not say so")
    if not cut and any(kind in _AMOUNTS for kind, _ in sizes.unsaid):
        yield Text("the slip does not say the size")
    yield from _against_brand(index, wording, read, entry)


def _against_brand(
    index: Index, wording: Wording, read: list[tuple[Word, str, Reading]], entry: NameEntry
) -> Iterator[Text]:
    """A brand that is not printed may be another's, and so may one whose abbreviation fits several brands."""
    named = [(word, full) for word, full, (quality, how) in read if quality >= _BRAND_MIN and how in _NAMING]
    printed = [(word, full) for word, full in named if full in entry.brand]
    if not entry.brand or any(word.text == full for word, full in printed):
        return
    if not printed:
        yield Text("the slip does not name the brand")
    for word, _ in printed:
        brands = sorted(index.brands.intersection(index.readings(word, wording.length)))
        if len(brands) > 1:
            yield Text("the brand may be {brands}", {"brands": ", ".join(brands[:_BRANDS_SHOWN])})


def contrast(index: Index, fit: Fit) -> Text | None:
    """What the slip leaves open although it tells the product from its sisters; None when it leaves nothing open."""
    said = [full for _, full, (_, how) in fit.read if how != "cut"]
    read = {full for _, full, _ in fit.read}
    open_words = {word for word in fit.entry.own if word not in read and weight_of(word) > NOISE_WEIGHT}
    open_sizes = {size for size in fit.entry.sizes if size not in fit.agreed}
    if not open_words and not open_sizes:
        return None
    for sister in index.siblings(said):
        if sister.product.id == fit.entry.product.id:
            continue
        if missing := sorted(open_words.difference(sister.words)):
            return Text("the slip does not say: {words}", {"words": ", ".join(missing)})
        if others := [size for size in open_sizes if _says_otherwise(size, sister)]:
            return Text("the slip does not say: {words}", {"words": spelled_sizes(tuple(sorted(others)))})
    return None


def _says_otherwise(size: Size, sister: NameEntry) -> bool:
    return size not in sister.sizes and any(_kind(kind) == _kind(size[0]) for kind, _ in sister.sizes)


def spelled_sizes(sizes: tuple[Size, ...]) -> str:
    """Sizes as people write them: 500 ml, 2.8 %."""
    return ", ".join(f"{f'{amount / 1000:.3f}'.rstrip('0').rstrip('.')} {kind}".strip() for kind, amount in sizes)
