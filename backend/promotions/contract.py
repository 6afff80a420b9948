"""What a condition and a benefit promise to the engine, and the values that they hand over.

A member of either family is a frozen dataclass whose declared fields are its parameters. Adding one is a file beside
its siblings and a line in `registry`; nothing here changes. A benefit says exactly what it would give, as fractions of
a hundredth; the engine alone rounds, caps, spreads and counts.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import date
from typing import ClassVar, Literal

from backend.kit.i18n import Text
from backend.kit.money import format_quantity, format_units
from backend.promotions.basket import Basket
from backend.promotions.facts import Facts
from backend.promotions.values import value_object

Unknown = Literal["items", "outlet", "seller"]
"""What is not known of a basket before its lines are."""

Form = Literal["discount", "card", "receipt", "cashback", "points"]
"""In which form a promotion can grant what is worth money."""

AwardKind = Literal[Form, "gift", "entries", "coupon", "text"]

MONEY_FORMS: frozenset[AwardKind] = frozenset({"discount", "card", "receipt", "cashback"})

MEMBER_KINDS: frozenset[AwardKind] = frozenset({"card", "cashback", "points", "entries"})
"""What an anonymous sale cannot receive."""

Unit = Literal["money", "points", "quantity", "purchases"]
Ratio = tuple[int, int]
"""Numerator and denominator, neither negative."""


@value_object
class Stop:
    """Why a promotion gives nothing: a stable code and, where a number can say it, how much of what was missing."""

    reason: str
    missing: str | None = None
    unit: Unit | None = None


def missing_money(reason: str, minor: int) -> Stop:
    """Stopped for want of so much money."""
    return Stop(reason, format_units(minor, 2), "money")


def missing_quantity(reason: str, milli: int) -> Stop:
    """Stopped for want of so many thousandths of a unit."""
    return Stop(reason, format_quantity(milli), "quantity")


NO_ITEMS = Stop("items")


@value_object
class Award:
    """What a promotion gives in one form.

    `value` is in the smallest unit of its kind: hundredths of money, the programme's smallest unit of points,
    thousandths of a gift, whole entries, coupons and texts. `shares` divides it over lines by their ids and adds up to
    it; it is empty for what no line carries, and while the lines are unknown. `name` is the gift's sku, the draw, the
    coupon's series or the text. `by_line` says that the value arose line by line and never moves to another line.
    """

    kind: AwardKind
    value: int
    shares: tuple[tuple[str, int], ...] = ()
    name: str | None = None
    by_line: bool = False
    valid_to_on: date | None = None
    redeem_at: tuple[str, ...] = ()


@value_object
class Given:
    """What a promotion that multiplies nothing has given, as one that multiplies it sees it."""

    group: str | None
    awards: tuple[Award, ...]


@value_object
class Scope:
    """What a benefit looks at: the basket and, of it, the positions that the promotion selects.

    `base` holds for each selected position the hundredths that it counts for, original or what is left. `used` holds
    for every position of the basket the units that multibuys have used. `given` is what has applied, by promotion.
    """

    basket: Basket
    positions: Sequence[int]
    base: Sequence[int]
    used: Sequence[int]
    given: Mapping[str, Given]

    @property
    def base_minor(self) -> int:
        """What all selected lines count for."""
        return sum(self.base)


@value_object
class StampChange:
    """How a member's counter moves: units come in, every full card that gives its reward goes out."""

    counter: str
    before: int
    units: int
    cards: int
    needs: int

    @property
    def after(self) -> int:
        """Where the counter stands afterwards."""
        return self.before + self.units - self.cards * self.needs


@value_object
class Portion:
    """A line benefit that is the same part of what each selected position counts for, rounded once a line."""

    why: Text
    part: Ratio
    stamps: StampChange | None = None


@value_object
class PerLine:
    """A line benefit: exact hundredths for each selected position, rounded once a line.

    `units` are those that a multibuy uses, bought or given, as pairs of position and number.
    """

    why: Text
    hundredths: tuple[Ratio, ...]
    units: tuple[tuple[int, int], ...] = ()
    stamps: StampChange | None = None


@value_object
class Whole:
    """A basket benefit: exact hundredths of money or of a point, rounded once and spread over the lines."""

    why: Text
    hundredths: Ratio
    stamps: StampChange | None = None


@value_object
class Things:
    """What is worth no money: so many of something, counted as in `Award`."""

    why: Text
    count: int
    name: str | None = None
    stamps: StampChange | None = None


@value_object
class Extras:
    """A part of what others gave, on top of it and in their form."""

    why: Text
    part: Ratio
    awards: tuple[Award, ...]
    stamps: StampChange | None = None


Offer = Portion | PerLine | Whole | Things | Extras


class Condition(ABC):
    """One thing that must hold."""

    __slots__ = ()

    type: ClassVar[str]
    """The stable code, in documents and as the reason when the condition stops a promotion."""

    needs: ClassVar[Unknown | None] = None
    """What must be known beyond total, time, member and what the member presents; None when these decide."""

    spends: ClassVar[Literal["codes", "coupons"] | None] = None
    """What of the basket is used up when the promotion applies."""

    @property
    def least_total_minor(self) -> int:
        """The basket total below which the condition never holds; 0 when it does not look at it."""
        return 0

    def hinges_on(self) -> Facts | None:
        """Facts of which the basket must name one, or the condition cannot hold; None when it may hold without.

        It only spares work: whatever it says, `stops` decides. Saying too little costs time, too much costs awards.
        """
        return None

    @abstractmethod
    def stops(self, basket: Basket) -> Stop | None:
        """None when the condition holds. It reads original totals, never what discounts have left."""

    def used(self, basket: Basket) -> tuple[str, ...]:  # noqa: ARG002 - most conditions use nothing up
        """What of the basket's codes or coupons the promotion uses, as the basket writes it."""
        return ()


class Benefit(ABC):
    """One way of giving."""

    __slots__ = ()

    type: ClassVar[str]
    """The stable code in documents."""

    fixed_kind: ClassVar[AwardKind | None] = None
    """What it gives whatever the grant says; None when the grant decides."""

    needs_member: ClassVar[bool] = False
    """Whether an anonymous sale cannot receive it in any form."""

    needs_lines: ClassVar[bool] = False
    """Whether a basket's total alone can never decide it."""

    multiplies: ClassVar[bool] = False
    """Whether it gives a part of what others gave, after them."""

    def kind(self, form: Form) -> AwardKind:
        """What it gives when the grant has this form."""
        return self.fixed_kind or form

    def counts_paid(self, form: Form) -> bool:  # noqa: ARG002 - most benefits never do
        """Whether, granted in this form, it counts what is paid in the end and so follows all discounts."""
        return False

    def reads_left(self, form: Form) -> bool:
        """Whether, unless its base is said, it counts what discounts have left and not the original totals."""
        return self.counts_paid(form)

    def hinges_on(self) -> Facts | None:
        """Facts of which the selected lines must name one, or it offers nothing; None when it may without."""
        return None

    @abstractmethod
    def offer(self, scope: Scope) -> Offer | Stop:
        """What it would give on what is selected, or why that is nothing. At least one line is selected."""

    def lacks(self) -> Stop:
        """Why it gives nothing when no line is selected."""
        return NO_ITEMS
