"""Which lines a promotion looks at: everything, or what any of its lists names, minus what it excepts.

An empty list names nothing, so `{"skus": []}` selects no line, while no list at all selects every line.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Optional

from backend.promotions.basket import BasketLine
from backend.promotions.folding import Phrase, contains, words
from backend.promotions.kinds import FLAG, PHRASE, TEXT, list_of, set_of
from backend.promotions.parameters import Kind, Place, read_object, written

GTIN_DIGITS = 14


def _read_except(value: object, place: Place) -> Optional["Selection"]:
    return read_object(Selection, value, place)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A set of products. Codes and groups are compared exactly, names by folded whole words."""

    all: bool | None = field(default=None, metadata=written("all", FLAG))
    skus: frozenset[str] | None = field(default=None, metadata=written("skus", set_of(TEXT)))
    gtins: frozenset[str] | None = field(default=None, metadata=written("gtins", set_of(TEXT)))
    groups: frozenset[str] | None = field(default=None, metadata=written("groups", set_of(TEXT)))
    brands: frozenset[str] | None = field(default=None, metadata=written("brands", set_of(TEXT)))
    names: tuple[Phrase, ...] | None = field(default=None, metadata=written("names", list_of(PHRASE)))
    minus: Optional["Selection"] = field(default=None, metadata=written("except", Kind("selection", _read_except)))

    @property
    def everything(self) -> bool:
        """Whether every line is selected whatever it is, so that the lines need not be known."""
        return not self._lists and self.minus is None

    def picks(self, line: BasketLine) -> bool:
        """Whether the line is selected."""
        return (not self._lists or self._names(line)) and not (self.minus is not None and self.minus.picks(line))

    def problems(self) -> Iterator[tuple[str, str]]:
        """`all` says what no list says, so it cannot stand beside one or be false alone."""
        if self.all and self._lists:
            yield "all", "excludes skus, gtins, groups, brands and names"
        if self.all is False and not self._lists:
            yield "all", "must be true, or a list must say what is selected"

    @property
    def _lists(self) -> bool:
        return any(given is not None for given in (self.skus, self.gtins, self.groups, self.brands, self.names))

    def _names(self, line: BasketLine) -> bool:
        return (
            line.sku in (self.skus or ())
            or _same_gtin(line.gtin, self.gtins or frozenset())
            or not line.groups.isdisjoint(self.groups or ())
            or line.brand in (self.brands or ())
            or any(contains(words(line.name or ""), phrase) for phrase in self.names or ())
        )


EVERYTHING = Selection()


def _same_gtin(gtin: str | None, gtins: frozenset[str]) -> bool:
    """Eight, twelve and thirteen digits are the same number as fourteen with zeros before it."""
    return gtin is not None and any(gtin.zfill(GTIN_DIGITS) == other.zfill(GTIN_DIGITS) for other in gtins)
