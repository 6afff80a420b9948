"""The lines of one basket by what can be said of them, so that a promotion's cost follows what it names.

Positions are places in the basket's own order. Lines that cost nothing are in no index: they are in no condition, no
benefit and no unit of a multibuy.
"""

from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from backend.promotions.folding import Phrase, fold, words

if TYPE_CHECKING:
    from backend.promotions.basket import BasketLine

GTIN_DIGITS = 14
Positions = tuple[int, ...]
Index = dict[str, list[int]]

_MEASURES = (
    "mg g gr gram dkg dag kg kilogram t tona ml cl dl l lit litar litara hl mm cm dm m met metar metara km m2 m3 kwh"
)
_MEASURED = frozenset(_MEASURES.split())


def padded(gtin: str) -> str:
    """Eight, twelve and thirteen digits are the same number as fourteen with zeros before it."""
    return gtin.zfill(GTIN_DIGITS)


class Goods:
    """The lines of a basket, indexed when they are first asked for."""

    def __init__(self, lines: "tuple[BasketLine, ...]") -> None:
        self.lines = lines
        self.ids = [line.id for line in lines]
        self.totals = [line.total_minor for line in lines]
        self.costing: Positions = tuple(i for i, total in enumerate(self.totals) if total > 0)

    @cached_property
    def position_of(self) -> dict[str, int]:
        """The position of each line by its id."""
        return {line.id: position for position, line in enumerate(self.lines)}

    @cached_property
    def by_sku(self) -> Index:
        """Positions by sku."""
        return self._by([line.sku for line in self.lines])

    @cached_property
    def by_gtin(self) -> Index:
        """Positions by gtin of fourteen digits."""
        return self._by([line.gtin and padded(line.gtin) for line in self.lines])

    @cached_property
    def by_group(self) -> Index:
        """Positions by each group that a line is in."""
        index: Index = {}
        for position in self.costing:
            for group in filter(None, self.lines[position].groups):
                index.setdefault(group, []).append(position)
        return index

    @cached_property
    def by_brand(self) -> Index:
        """Positions by brand."""
        return self._by([line.brand for line in self.lines])

    @cached_property
    def names(self) -> list[Phrase]:
        """The folded words of every line's name."""
        return [words(line.name or "") for line in self.lines]

    @cached_property
    def by_word(self) -> Index:
        """Positions by each folded word of the name."""
        index: Index = {}
        for position in self.costing:
            for word in set(self.names[position]):
                index.setdefault(word, []).append(position)
        return index

    @cached_property
    def units(self) -> list[int]:
        """Whole pieces of each line; what is weighed or measured has none."""
        return [0 if _is_measured(line.unit) else line.quantity_milli // 1000 for line in self.lines]

    def _by(self, facts: list[str | None]) -> Index:
        index: Index = {}
        for position in self.costing:
            fact = facts[position]
            if fact:
                index.setdefault(fact, []).append(position)
        return index


@lru_cache(maxsize=1024)
def _is_measured(unit: str | None) -> bool:
    return unit is not None and fold(unit).strip(" .") in _MEASURED
