"""How figures are written in the sentences that explain a decision."""

from functools import lru_cache

from backend.kit.money import format_units


@lru_cache(maxsize=4096)
def shortest(number: int, decimals: int) -> str:
    """A decimal without zeros at its end: 125000 parts of a percentage -> "12.5"."""
    return format_units(number, decimals).rstrip("0").rstrip(".")
