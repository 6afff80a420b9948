"""A tenant's products compiled for matching: by barcode, by whole name, and by every word and size of their names.

Immutable once compiled, and the same whatever order the products came in. A product's other names
lend their words alone, for some are known without their decimal marks; the sizes are those of its own name, or its pack.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from backend.catalogue.matching.abbreviations import Reading, consonants, stands_for
from backend.catalogue.matching.wording import (
    CUT_FROM_LENGTH,
    NOISE,
    Size,
    Word,
    Wording,
    line_key,
    question,
    take_apart,
)
from backend.promotions.folding import words as folded_words

WORD_WEIGHT = 4
NOISE_WEIGHT = 1
READINGS_MAX = 20_000
"""How many printed words an index remembers the readings of; beyond that it forgets them all and begins anew."""
REACH_MAX = 6_000
"""From how many names on a word says too little to begin a search with."""
CANDIDATES_MAX = 48
"""How many products are weighed for one line at most: those that have least to say beyond what the line says."""
_GENERIC = frozenset(
    ["mlekara", "pekara", "fabrika", "industrija", "kompanija", "grupa", "doo", "ad", "company", "foods", "food"]
)
_BUCKET = 2


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """What matching needs of a product. `barcodes` stand in GS1's longest form; `pack` is what one piece holds."""

    id: UUID
    sku: str
    name: str
    brand: str | None = None
    names: tuple[str, ...] = ()
    barcodes: tuple[str, ...] = ()
    pack: Size | None = None


@dataclass(frozen=True, slots=True)
class NameEntry:
    """One name of a product, taken apart; `own` are its words in order, `brand` those by which its brand is known.

    `maker` are all the words that a slip may leave out because they speak of the brand alone.
    """

    product: ProductFacts
    own: tuple[str, ...]
    brand: tuple[str, ...]
    maker: frozenset[str]
    words: tuple[str, ...]
    sizes: frozenset[Size]
    numbers: frozenset[int]
    weight: int


@dataclass(frozen=True)
class Index:
    """The compiled products of one tenant; made by `compile_index`."""

    products: Mapping[UUID, ProductFacts]
    by_barcode: Mapping[str, ProductFacts]
    by_name: Mapping[str, tuple[ProductFacts, ...]]
    entries: tuple[NameEntry, ...]
    by_word: Mapping[str, tuple[int, ...]]
    by_size: Mapping[Size | None, frozenset[int]]
    known: frozenset[str]
    brands: frozenset[str]
    _readings: dict[tuple[Word, bool], dict[str, Reading]] = field(default_factory=dict, repr=False)

    @cached_property
    def _buckets(self) -> Mapping[str, tuple[str, ...]]:
        """The catalogue's words by their first letters, and by their first consonants."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for word in self.by_word:
            found[word[:_BUCKET]].add(word)
            found[f"-{consonants(word)[:_BUCKET]}"].add(word)
        return {bucket: tuple(sorted(words)) for bucket, words in found.items()}

    def readings(self, word: Word, length: int) -> Mapping[str, Reading]:
        """The catalogue's words that a printed word can stand for, in a name of that many characters."""
        cut = word.last and length >= CUT_FROM_LENGTH
        found = self._readings.get((word, cut))
        if found is None:
            if len(self._readings) >= READINGS_MAX:
                self._readings.clear()
            found = self._readings[word, cut] = dict(self._read(word, cut=cut))
        return found

    def _read(self, word: Word, *, cut: bool) -> Iterable[tuple[str, Reading]]:
        known = word.text in self.known
        for full in self._near(word.text):
            reading = stands_for(word, full, cut=cut, known=known)
            if reading is not None:
                yield full, reading

    def _near(self, word: str) -> Collection[str]:
        if len(word) < _BUCKET:
            return [full for full in self.by_word if full[0] == word]
        mine = consonants(word)[:_BUCKET]
        return {*self._buckets.get(word[:_BUCKET], ()), *self._buckets.get(f"-{mine}", ())}

    def candidates(self, wording: Wording, words: tuple[Word, ...]) -> list[NameEntry]:
        """The names that share most with a printed one; of the two words that say most, either suffices."""
        groups = [self.readings(word, wording.length) for word in words if not word.is_noise]
        reached = [(sum(len(self.by_word[full]) for full in group), at) for at, group in enumerate(groups) if group]
        seeds = [groups[at] for reach, at in sorted(reached) if reach <= REACH_MAX]
        found: set[int] = set()
        for seed in seeds[:2]:
            begun = {entry for full in seed for entry in self.by_word[full]}
            others = [groups[at] for _, at in sorted(reached) if groups[at] is not seed]
            fit, is_full = self._narrowed(begun, others, wording)
            found |= fit
            if is_full:
                break
        entries = [self.entries[at] for at in found]
        entries.sort(key=lambda entry: (entry.weight, entry.product.sku, entry.words))
        return entries[:CANDIDATES_MAX]

    def siblings(self, words: Collection[str]) -> list[NameEntry]:
        """Every name that has all of those full words, whatever its size."""
        rarest = min((self.by_word[word] for word in words), key=len, default=())
        return [self.entries[at] for at in rarest if all(word in self.entries[at].words for word in words)]

    def _narrowed(
        self, found: set[int], groups: list[Mapping[str, Reading]], wording: Wording
    ) -> tuple[set[int], bool]:
        """Those that the line's sizes and other words fit as well, and whether all of those words do.

        What fits none of them is passed over.
        """
        if wording.sizes:
            sized = (self.by_size[size] for size in (None, *wording.sizes) if size in self.by_size)
            found = set[int]().union(*(found & entries for entries in sized)) or found
        is_full = True
        for group in groups:
            fit = {at for at in found if not group.keys().isdisjoint(self.entries[at].words)}
            is_full = is_full and bool(fit)
            found = fit or found
        if wording.numbers:
            fit = {at for at in found if not self.entries[at].numbers.isdisjoint(wording.numbers)}
            found = fit or found
        return found, is_full


def compile_index(products: Iterable[ProductFacts]) -> Index:
    """Compile the products; for many of them this takes seconds of a processor."""
    ordered = sorted(products, key=lambda product: product.sku)
    names: defaultdict[str, dict[UUID, ProductFacts]] = defaultdict(dict)
    entries: list[NameEntry] = []
    known: set[str] = set()
    brands: dict[str | None, tuple[str, ...]] = {}
    for product in ordered:
        for name in {fold(each) for each in (product.name, *product.names)}:
            names[name][product.id] = product
            names[line_key(name)][product.id] = product
        wording = take_apart(product.name)
        known.update(word.text for word in wording.words if not word.dotted)
        if product.brand not in brands:
            brands[product.brand] = brand_words(product.brand)
        entries += _entries(product, wording, brands[product.brand])
    by_word: defaultdict[str, list[int]] = defaultdict(list)
    by_size: defaultdict[Size | None, set[int]] = defaultdict(set)
    for at, entry in enumerate(entries):
        for word in entry.words:
            by_word[word].append(at)
        for size in entry.sizes or (None,):
            by_size[size].add(at)
    return Index(
        products={product.id: product for product in ordered},
        by_barcode={barcode: product for product in ordered for barcode in product.barcodes},
        by_name={name: tuple(found.values()) for name, found in names.items()},
        entries=tuple(entries),
        by_word={word: tuple(found) for word, found in by_word.items()},
        by_size={size: frozenset(found) for size, found in by_size.items()},
        known=frozenset(known),
        brands=frozenset(word for words in brands.values() for word in joined(words)),
    )


def _entries(product: ProductFacts, wording: Wording, brand: tuple[str, ...]) -> Iterable[NameEntry]:
    """One entry for the product's own name, and one for each other name that has other words."""
    spelled = {tuple(dict.fromkeys(word.text for word in wording.words)): None}
    folded = fold(product.name)
    for name in product.names:
        if fold(name) != folded:
            spelled[tuple(dict.fromkeys(word.text for word in take_apart(name).words))] = None
    named = joined(brand)
    stated = {question(kind) for kind, _ in wording.sizes}
    pack = {product.pack} if product.pack and question(product.pack[0]) not in stated else set[Size]()
    sizes = wording.sizes | pack
    maker = _GENERIC.union(brand)
    for own in spelled:
        yield NameEntry(
            product=product,
            own=own,
            brand=named,
            maker=maker,
            words=own + tuple(word for word in named if word not in own),
            sizes=sizes,
            numbers=frozenset(wording.numbers),
            weight=sum(weight_of(word) for word in own) + WORD_WEIGHT * (len(sizes) + len(wording.numbers)),
        )


def joined(brand: tuple[str, ...]) -> tuple[str, ...]:
    """The brand's words, and all of them written as one."""
    return tuple(dict.fromkeys((*brand, "".join(brand)))) if brand else ()


def weight_of(word: str) -> int:
    """How much a word says of a product."""
    return NOISE_WEIGHT if word in NOISE else WORD_WEIGHT


def brand_words(brand: str | None) -> tuple[str, ...]:
    """The words that name the brand; "Mlekara" names none unless it is all there is."""
    if brand is None:
        return ()
    words = tuple(dict.fromkeys(word.text for word in take_apart(brand).words))
    return tuple(word for word in words if word not in _GENERIC and word not in NOISE) or words


def padded(gtin: str) -> str:
    """A barcode of 8, 12, 13 or 14 digits in GS1's longest form, in which all of them compare."""
    return gtin.zfill(14)


def fold(name: str) -> str:
    """A name as its whole folded words: script, case, marks and punctuation do not matter."""
    return " ".join(folded_words(name))
