"""`multibuy`: of every N + M units, sorted by price, the M cheapest get a percentage off: 1+1, 3 for 2, half off.

Units are grouped from the dearest down and only whole groups count; at equal prices the earlier line is the dearer.
Runs of equal units are counted and never laid out one by one, so a quantity of millions costs what one unit costs.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import Benefit, Offer, PerLine, Scope, Stop, missing_quantity
from backend.promotions.goods import padded
from backend.promotions.kinds import COUNT_ABOVE_ZERO, FLAG, PERCENT_DECIMALS, PERCENT_OFF, PERCENT_SCALE
from backend.promotions.parameters import written
from backend.promotions.saying import shortest
from backend.promotions.values import value_object

_NOTHING = (0, 1)


@value_object
class Run:
    """Units of one line that are still free: its place among the selected, their number, and what they cost exactly."""

    index: int
    units: int
    base_minor: int
    quantity_milli: int

    @property
    def price_order(self) -> int:
        """An integer that orders unit prices exactly as the fractions they are.

        Two different fractions of quantities below 2^50 differ by more than 2^-100, so the shift keeps them apart.
        """
        return (self.base_minor << 100) // self.quantity_milli


@value_object
class Taken:
    """Of one run: units in whole groups, and those of them that get the percentage off."""

    run: Run
    units: int
    off: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Multibuy(Benefit):
    """`identical` groups only units of one item; without `repeat` the group worth most is the only one."""

    type: ClassVar[str] = "multibuy"
    needs_lines: ClassVar[bool] = True

    buy: int = field(metadata=written("buy", COUNT_ABOVE_ZERO))
    get: int = field(metadata=written("get", COUNT_ABOVE_ZERO))
    percent_parts: int = field(metadata=written("percent", PERCENT_OFF))
    identical: bool = field(default=False, metadata=written("identical", FLAG))
    repeat: bool = field(default=True, metadata=written("repeat", FLAG))

    def offer(self, scope: Scope) -> Offer | Stop:
        """What the units of whole groups save, and which units those are."""
        piles = self._piles(scope)
        found = [taken for taken in (self._take(pile) for pile in piles) if taken]
        if not found:
            most = max((sum(run.units for run in pile) for pile in piles), default=0)
            return missing_quantity("items", (self.buy + self.get - most) * 1000)
        if not self.repeat:
            found = [max(found, key=_worth)]
        parts = [_NOTHING] * len(scope.positions)
        used = []
        for taken in (taken for pile in found for taken in pile):
            run = taken.run
            off = taken.off * run.base_minor * 1000 * self.percent_parts
            parts[run.index] = (off, run.quantity_milli * PERCENT_SCALE)
            used.append((scope.positions[run.index], taken.units))
        return PerLine(self._why(), tuple(parts), tuple(used))

    def lacks(self) -> Stop:
        """A whole group is missing."""
        return missing_quantity("items", (self.buy + self.get) * 1000)

    def _piles(self, scope: Scope) -> list[list[Run]]:
        """The free units that may be grouped together, the dearest first."""
        goods, piles = scope.basket.goods, dict[Hashable, list[Run]]()
        for index, position in enumerate(scope.positions):
            free = goods.units[position] - scope.used[position]
            if free <= 0:
                continue
            line = goods.lines[position]
            same = line.sku or (line.gtin and padded(line.gtin)) or position
            key = (line.sku is None, same) if self.identical else None
            piles.setdefault(key, []).append(Run(index, free, scope.base[index], line.quantity_milli))
        for pile in piles.values():
            pile.sort(key=lambda run: -run.price_order)
        return list(piles.values())

    def _take(self, pile: Sequence[Run]) -> list[Taken]:
        """The units of its whole groups; none when there is no whole group."""
        size = self.buy + self.get
        groups = sum(run.units for run in pile) // size
        end = size * (groups if self.repeat else min(groups, 1))
        taken, start = [], 0
        for run in pile:
            stop = min(start + run.units, end)
            if stop > start:
                taken.append(Taken(run, stop - start, self._off(stop) - self._off(start)))
            start += run.units
        return taken

    def _off(self, units: int) -> int:
        """How many of the first so many units, in groups from the dearest down, get the percentage off."""
        groups, rest = divmod(units, self.buy + self.get)
        return groups * self.get + max(0, rest - self.buy)

    def _why(self) -> Text:
        said = {"bought": str(self.buy + self.get), "free": str(self.get)}
        if self.percent_parts == PERCENT_SCALE:
            if self.get == 1:
                return Text("{bought} bought, the cheapest is free", said)
            return Text("{bought} bought, the {free} cheapest are free", said)
        said["percent"] = shortest(self.percent_parts, PERCENT_DECIMALS)
        if self.get == 1:
            return Text("{bought} bought, {percent} % off the cheapest", said)
        return Text("{bought} bought, {percent} % off the {free} cheapest", said)


def _worth(pile: Sequence[Taken]) -> Fraction:
    return sum((taken.off * Fraction(taken.run.base_minor, taken.run.quantity_milli) for taken in pile), Fraction(0))
