"""What a condition and a benefit promise to the engine, and the values that they hand over.

A member of either family is a frozen dataclass whose declared fields are its parameters. Adding one is a file beside
its siblings and a line in `registry`; nothing here changes.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from backend.kit.i18n import Text
from backend.promotions.basket import Basket

Unknown = Literal["items", "outlet", "seller"]
"""What is not known of a basket before its lines are."""

ValueKind = Literal["points"]


@dataclass(frozen=True, slots=True)
class Stop:
    """Why a promotion gives nothing: a stable code and, where a number can say it, how much was missing."""

    reason: str
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """What a benefit counts on: the basket and, of the lines that the promotion selects, what each counts for.

    `weights` is empty while the lines are unknown; otherwise it holds line ids and minor units above zero, in basket
    order, and adds up to `base_minor`.
    """

    basket: Basket
    base_minor: int
    weights: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Award:
    """What a benefit gives: a value above zero in the smallest unit of its kind, the shares of the lines, and why."""

    kind: ValueKind
    value: int
    shares: tuple[tuple[str, int], ...]
    why: Text


class Condition(Protocol):
    """One thing that must hold."""

    type: ClassVar[str]
    """The stable code, in documents and as the reason when the condition stops a promotion."""

    needs: ClassVar[Unknown | None]
    """What must be known beyond total, time and member; None when these decide."""

    def stops(self, basket: Basket) -> Stop | None:
        """None when the condition holds. It reads original totals, never what discounts have left."""


class Benefit(Protocol):
    """One way of giving."""

    type: ClassVar[str]
    """The stable code in documents."""

    needs_member: ClassVar[bool]
    """Whether an anonymous sale cannot receive it."""

    def award(self, scope: Scope) -> Award | Stop:
        """What it gives on what is selected, or why that is nothing. The scope's base is above zero."""
