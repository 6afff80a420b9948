"""Lets the sides of a comparison take turns, so that a machine's slow minute is everybody's."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def turns(sides: Sequence[T], rounds: int) -> Iterator[T]:
    """Every side once a round, each round begun by another side."""
    for number in range(rounds):
        first = number % len(sides)
        yield from (*sides[first:], *sides[:first])
