"""How much of each line of a purchase its refunds returned, and what of a line's points that takes back: pure.

Both answers depend on the set of refunds and not on their order, and neither ever falls when a refund is added. So
several partial refunds never take back more than was given, and full ones take back exactly everything.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from backend.catalogue.matching import fold, padded
from backend.promotions.contract import Award
from backend.promotions.rounding import spread

Key = Callable[["SoldLine"], Hashable | None]
Measure = Callable[["SoldLine"], int]
_MILLI = 1000


@dataclass(frozen=True, slots=True)
class SoldLine:
    """A line of a purchase or of its refund, as the authority attests it; both amounts are positive."""

    no: int
    name: str
    gtin: str | None
    quantity_milli: int
    unit_price_minor: int
    total_minor: int


def _gtin(line: SoldLine) -> str | None:
    return padded(line.gtin) if line.gtin else None


def _gtin_and_price(line: SoldLine) -> Hashable | None:
    return (padded(line.gtin), line.unit_price_minor) if line.gtin else None


def _name(line: SoldLine) -> str:
    return fold(line.name)


def _name_and_price(line: SoldLine) -> Hashable:
    return fold(line.name), line.unit_price_minor


def _quantity(line: SoldLine) -> int:
    return line.quantity_milli


def _money(line: SoldLine) -> int:
    return line.total_minor


_WAYS: tuple[tuple[Key, Measure], ...] = (
    (_gtin_and_price, _quantity),
    (_name_and_price, _quantity),
    (_gtin, _money),
    (_name, _money),
)
"""How a refunded line finds those it returns, exactest first. At another price the money returned says how much."""


def returned_parts(sold: Sequence[SoldLine], refunded: Iterable[SoldLine]) -> dict[int, Fraction]:
    """The part, from 0 to 1, of every sold line that the lines of all its refunds return.

    Equal lines are returned from the first to the last. What a refund names that was never sold, or returns beyond
    what was sold, counts for nothing.
    """
    wanted = [_demand(sold, line) for line in refunded]
    parts = {line.no: Fraction(0) for line in sold}
    for way, (key, measure) in enumerate(_WAYS):
        demands: dict[Hashable, int] = {}
        for found, name, amount in wanted:
            if found == way:
                demands[name] = demands.get(name, 0) + amount
        for name, amount in demands.items():
            _fill(parts, [line for line in sold if key(line) == name], measure, amount)
    return parts


def points_of_part(points: int, part: Fraction) -> int:
    """The points that a part of a line takes back of those it brought: the nearest number, a half staying given."""
    _, taken = spread(points, (part.denominator - part.numerator, part.numerator))
    return taken


def value_returned(given: Award, lines: Sequence[SoldLine], parts: Mapping[int, Fraction]) -> int:
    """What of an award these returns take back; `lines` are those that it came with.

    Money and points go by the shares of the lines, entries by the money of the lines they were counted on; a gift and
    coupons when every line is returned.
    """
    if given.shares:
        return sum(points_of_part(share, parts[int(line)]) for line, share in given.shares)
    base = sum(line.total_minor for line in lines)
    back = sum((parts[line.no] * line.total_minor for line in lines), Fraction(0))
    is_gone = bool(lines) and all(parts[line.no] == 1 for line in lines)
    if is_gone:
        return given.value
    return points_of_part(given.value, back / base) if given.kind == "entries" and base else 0


def pieces_returned(lines: Iterable[SoldLine], parts: Mapping[int, Fraction]) -> int:
    """How many whole pieces of the lines are returned."""
    return int(sum(line.quantity_milli // _MILLI * parts[line.no] for line in lines))


def _demand(sold: Sequence[SoldLine], line: SoldLine) -> tuple[int | None, Hashable, int]:
    """The first way that finds something for a refunded line, by which name, and how much it returns."""
    for way, (key, measure) in enumerate(_WAYS):
        name = key(line)
        if name is not None and any(key(candidate) == name for candidate in sold):
            return way, name, measure(line)
    return None, None, 0


def _fill(parts: dict[int, Fraction], lines: Iterable[SoldLine], measure: Measure, amount: int) -> None:
    """Return that much of the lines, each up to its end, on top of what was returned of them in an exacter way."""
    left = Fraction(amount)
    for line in lines:
        whole = measure(line)
        taken = min(left, (1 - parts[line.no]) * whole)
        if taken > 0:
            parts[line.no] += taken / whole
            left -= taken
