"""Values that one decision makes by the hundred: the type checker keeps them from changing, and running costs nothing.

A frozen dataclass assigns each field through `object.__setattr__`, which costs three times as much as the assignment
it forbids. What is read from documents once stays a frozen dataclass; what is made for every basket is one of these.
"""

from dataclasses import dataclass
from typing import TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True)
def value_object(cls: type[T]) -> type[T]:
    """A dataclass with slots, compared and hashed by its fields; mypy refuses to assign to them."""
    return dataclass(slots=True, unsafe_hash=True)(cls)
