"""What was bought, where, when and by whom: every fact that a decision may read, and nothing that it must look up.

The total of a line rules, whatever its price times quantity says. A basket whose lines are not known yet carries their
total instead: that is all the code on a fiscal slip tells before the authority has answered.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.promotions.kinds import (
    COUNT,
    CURRENCY,
    DAY,
    IDENTIFIER,
    MOMENT,
    MONEY,
    MONEY_ABOVE_ZERO,
    PERCENT,
    POINTS,
    POINTS_DECIMALS_MAX,
    QUANTITY_ABOVE_ZERO,
    TEXT,
    choice,
    list_of,
    map_of,
    object_of,
    set_of,
    whole,
)
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One line. Refunds reverse a stored outcome and voids are netted by the caller, so a line is never negative."""

    id: str = field(metadata=written("id", IDENTIFIER))
    sku: str | None = field(default=None, metadata=written("sku", TEXT))
    gtin: str | None = field(default=None, metadata=written("gtin", TEXT))
    name: str | None = field(default=None, metadata=written("name", TEXT))
    groups: frozenset[str] = field(default=frozenset(), metadata=written("groups", set_of(TEXT)))
    brand: str | None = field(default=None, metadata=written("brand", TEXT))
    unit: str | None = field(default=None, metadata=written("unit", TEXT))
    quantity_milli: int = field(metadata=written("quantity", QUANTITY_ABOVE_ZERO))
    unit_price_minor: int | None = field(default=None, metadata=written("unit_price", MONEY))
    total_minor: int = field(metadata=written("total", MONEY))


@dataclass(frozen=True, slots=True, kw_only=True)
class Uses:
    """How often the member has used one promotion: ever, and today."""

    total: int = field(default=0, metadata=written("total", COUNT))
    today: int = field(default=0, metadata=written("today", COUNT))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """How often one promotion was used by everybody, and what it gave in hundredths of money or of a point."""

    uses: int = field(default=0, metadata=written("uses", COUNT))
    value_centi: int = field(default=0, metadata=written("value", POINTS))


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts:
    """What is known of the member at the time of the sale."""

    NOT_SUPPORTED = frozenset({"events", "spent"})

    id: str = field(metadata=written("id", IDENTIFIER))
    card: str | None = field(default=None, metadata=written("card", TEXT))
    groups: frozenset[str] = field(default=frozenset(), metadata=written("groups", set_of(TEXT)))
    tier: str | None = field(default=None, metadata=written("tier", TEXT))
    purchases_before: int | None = field(default=None, metadata=written("purchases_before", COUNT))
    rebate_parts: int | None = field(default=None, metadata=written("rebate_percent", PERCENT))
    birthday_on: date | None = field(default=None, metadata=written("birthday", DAY))
    uses: Mapping[str, Uses] = field(default_factory=dict, metadata=written("uses", map_of(object_of(Uses))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """One sale. `now` is written in the outlet's offset and used as written: whoever builds the basket converts it."""

    currency: str = field(metadata=written("currency", CURRENCY))
    now: datetime = field(metadata=written("now", MOMENT))
    outlet: str | None = field(default=None, metadata=written("outlet", TEXT))
    channel: str | None = field(default=None, metadata=written("channel", choice("retail", "wholesale", "web")))
    seller_tax_id: str | None = field(default=None, metadata=written("seller_tax_id", TEXT))
    codes: tuple[str, ...] = field(default=(), metadata=written("codes", list_of(TEXT)))
    coupons: tuple[str, ...] = field(default=(), metadata=written("coupons", list_of(TEXT)))
    member: MemberFacts | None = field(default=None, metadata=written("member", object_of(MemberFacts)))
    lines: tuple[BasketLine, ...] | None = field(
        default=None, metadata=written("lines", list_of(object_of(BasketLine), unique="id"))
    )
    stated_total_minor: int | None = field(default=None, metadata=written("total", MONEY))
    points_decimals: int = field(
        default=0, metadata=written("points_decimals", whole("count", least=0, most=POINTS_DECIMALS_MAX))
    )
    point_value_minor: int = field(default=100, metadata=written("point_value", MONEY_ABOVE_ZERO))
    counters: Mapping[str, Counter] = field(
        default_factory=dict, metadata=written("counters", map_of(object_of(Counter)))
    )

    @property
    def total_minor(self) -> int:
        """What the lines come to, or what is stated while they are unknown."""
        if self.lines is None:
            return self.stated_total_minor or 0
        return sum(line.total_minor for line in self.lines)

    def problems(self) -> Iterator[tuple[str, str]]:
        """A total is needed without lines, and must be theirs with them."""
        if self.lines is None and self.stated_total_minor is None:
            yield "total", "is required when lines are null"
        if self.lines is not None and self.stated_total_minor not in {None, self.total_minor}:
            yield "total", "is not what the lines come to"
