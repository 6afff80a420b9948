"""Which lines a promotion looks at: everything, or what any of its lists names, minus what it excepts.

An empty list names nothing, so `{"skus": []}` selects no line, while no list at all selects every line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Optional

from backend.promotions.basket import BasketLine
from backend.promotions.facts import Facts, facts
from backend.promotions.folding import Phrase, contains
from backend.promotions.goods import Goods, Index, Positions, padded
from backend.promotions.kinds import FLAG, PHRASE, TEXT, list_of, set_of
from backend.promotions.parameters import Kind, Place, read_object, written


def _read_except(value: object, place: Place) -> Optional["Selection"]:
    return read_object(Selection, value, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A set of products, any of its lists naming it. Codes and groups are compared exactly, names by folded whole words."""

    all: bool | None = field(default=None, metadata=written("all", FLAG))
    skus: frozenset[str] | None = field(default=None, metadata=written("skus", set_of(TEXT)))
    gtins: frozenset[str] | None = field(default=None, metadata=written("gtins", set_of(TEXT)))
    groups: frozenset[str] | None = field(default=None, metadata=written("groups", set_of(TEXT)))
    brands: frozenset[str] | None = field(default=None, metadata=written("brands", set_of(TEXT)))
    names: tuple[Phrase, ...] | None = field(default=None, metadata=written("names", list_of(PHRASE)))
    minus: Optional["Selection"] = field(default=None, metadata=written("except", Kind("selection", _read_except)))

    gtins_padded: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())
    is_listed: bool = field(init=False, repr=False, compare=False, default=False)

    def __post_init__(self) -> None:
        lists = (self.skus, self.gtins, self.groups, self.brands, self.names)
        object.__setattr__(self, "gtins_padded", frozenset(padded(gtin) for gtin in self.gtins or ()))
        object.__setattr__(self, "is_listed", any(given is not None for given in lists))

    @property
    def everything(self) -> bool:
        """Whether every line is selected whatever it is, so that the lines need not be known."""
        return not self.is_listed and self.minus is None

    def hinges_on(self) -> Facts | None:
        """Facts of which a line must name one to be selected; of a name, its longest word. None when any line may be."""
        if not self.is_listed:
            return None
        return (
            facts("sku", self.skus or ())
            | facts("gtin", self.gtins_padded)
            | facts("group", self.groups or ())
            | facts("brand", self.brands or ())
            | facts("word", (max(phrase, key=len) for phrase in self.names or ()))
        )

    def select(self, goods: Goods) -> Positions:
        """The positions of the selected lines that cost something, in the basket's order."""
        chosen = self._named(goods) if self.is_listed else goods.costing
        if self.minus is None or not chosen:
            return chosen
        taken = set(self.minus.select(goods))
        return tuple(position for position in chosen if position not in taken)

    def picks(self, line: BasketLine) -> bool:
        """Whether a line that costs something is selected."""
        return bool(self.select(Goods((line,))))

    def problems(self) -> Iterator[tuple[str, str]]:
        """`all` says what no list says, so it cannot stand beside one or be false alone."""
        if self.all and self.is_listed:
            yield "all", "excludes skus, gtins, groups, brands and names"
        if self.all is False and not self.is_listed:
            yield "all", "must be true, or a list must say what is selected"

    def _named(self, goods: Goods) -> Positions:
        found: list[int] = []
        if self.skus:
            _collect(found, goods.by_sku, self.skus)
        if self.gtins_padded:
            _collect(found, goods.by_gtin, self.gtins_padded)
        if self.groups:
            _collect(found, goods.by_group, self.groups)
        if self.brands:
            _collect(found, goods.by_brand, self.brands)
        for phrase in self.names or ():
            at_rarest_word = min((goods.by_word.get(word, _NOWHERE) for word in phrase), key=len)
            found += [position for position in at_rarest_word if contains(goods.names[position], phrase)]
        return tuple(sorted(set(found)) if len(found) > 1 else found)


EVERYTHING = Selection()
_NOWHERE: list[int] = []


def _collect(found: list[int], index: Index, wanted: frozenset[str]) -> None:
    for fact in index.keys() & wanted:
        found += index[fact]
