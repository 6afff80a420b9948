"""Exact fractions brought to whole smallest units: half away from zero, and parts that always add up to the whole."""

from collections.abc import Sequence


def round_half_away(numerator: int, denominator: int) -> int:
    """The integer nearest to a fraction that is not negative; a half goes away from zero, as tills and people round."""
    return (2 * numerator + denominator) // (2 * denominator)


def spread(value: int, weights: Sequence[int]) -> list[int]:
    """Divide a value that is not negative in proportion to the weights, by largest remainder.

    The parts add up to the value exactly; among equal remainders the earlier part is rounded up. At least one weight
    must be above zero.
    """
    whole = sum(weights)
    parts = [value * weight // whole for weight in weights]
    rest = value - sum(parts)
    if not rest:
        return parts
    by_remainder = sorted(range(len(weights)), key=lambda i: -(value * weights[i] % whole))
    for i in by_remainder[:rest]:
        parts[i] += 1
    return parts
