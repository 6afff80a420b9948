"""One basket and the discounts that run while it is bought, said once and in nobody's language.

Of the discounts 30 concern the basket, the same in every world that has as many; the others name goods of a catalogue of
20,000 that it does not hold, or a total far above it. All are percentages that add up, so that every engine can say them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

CONCERNED = 30
LINES = 30
_SEED = 26
_CATALOGUE = 20_000
_BRANDS, _GROUPS = 1_500, 800
_LISTED_MAX = 20
_PERCENT_MAX = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One line: what it is and what it comes to."""

    sku: str
    brand: str
    groups: tuple[str, str]
    total_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So much per cent off the lines that any of the three names, or off all of them from a total on."""

    id: str
    percent: int
    skus: tuple[str, ...] = ()
    brand: str | None = None
    group: str | None = None
    least_total_minor: int = 0

    def off_minor(self, lines: Sequence[Line]) -> int:
        """What it takes off, rounded half away line by line: the reference for an engine that only says who applies."""
        chosen = (line for line in lines if self.least_total_minor or self._names(line))
        return sum((2 * line.total_minor * self.percent + 100) // 200 for line in chosen)

    def _names(self, line: Line) -> bool:
        return line.sku in self.skus or line.brand == self.brand or self.group in line.groups


def bought() -> tuple[Line, ...]:
    """The basket."""
    draw = Random(_SEED)  # noqa: S311 - drawn goods, no secrets
    return tuple(
        Line(f"S{at}", f"B{at % 20}", (f"G{at % 25}", "G0"), draw.randrange(5_000, 90_000)) for at in range(LINES)
    )


def running(active: int, lines: Sequence[Line]) -> tuple[Rule, ...]:
    """So many discounts, those that concern the basket first."""
    total = sum(line.total_minor for line in lines)
    draw = Random(_SEED)  # noqa: S311 - drawn discounts, no secrets
    here = [_concerned(at, lines[at], total, draw) for at in range(min(active, CONCERNED))]
    return (*here, *(_elsewhere(at, total, draw) for at in range(len(here), active)))


def _concerned(at: int, line: Line, total: int, draw: Random) -> Rule:
    """Of 30, 20 lists of goods, 4 brands, 4 groups and 2 thresholds that are reached."""
    name, percent = f"p{at}", draw.randint(1, _PERCENT_MAX)
    match at % 15:
        case 3 | 8:
            return Rule(id=name, percent=percent, brand=line.brand)
        case 5 | 11:
            return Rule(id=name, percent=percent, group=line.groups[0])
        case 14:
            return Rule(id=name, percent=percent, least_total_minor=total // 2 + at)
        case _:
            return Rule(id=name, percent=percent, skus=(line.sku, *_other_skus(draw)))


def _elsewhere(at: int, total: int, draw: Random) -> Rule:
    """Of 20, 14 lists of goods, 3 brands, 2 groups and a threshold beyond reach."""
    name, percent = f"p{at}", draw.randint(1, _PERCENT_MAX)
    match at % 20:
        case 3 | 8 | 13:
            return Rule(id=name, percent=percent, brand=f"B{draw.randrange(100, _BRANDS)}")
        case 5 | 15:
            return Rule(id=name, percent=percent, group=f"G{draw.randrange(100, _GROUPS)}")
        case 19:
            return Rule(id=name, percent=percent, least_total_minor=total * draw.randint(2, 9))
        case _:
            return Rule(id=name, percent=percent, skus=_other_skus(draw))


def _other_skus(draw: Random) -> tuple[str, ...]:
    return tuple(f"S{draw.randrange(LINES, _CATALOGUE)}" for _ in range(draw.randint(1, _LISTED_MAX)))
