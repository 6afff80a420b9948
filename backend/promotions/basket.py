"""What was bought, where, when and by whom: every fact that a decision may read, and nothing that it must look up.

The total of a line rules, whatever its price times quantity says. A basket whose lines are not known yet carries their
total instead: that is all the code on a fiscal slip tells before the authority has answered. Of a list of codes that
is kept in a table the basket names those of its own codes that stand in it, so that nothing is looked up here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from backend.promotions.goods import Goods
from backend.promotions.history import SPENT, Day, Spent
from backend.promotions.kinds import (
    CODE,
    COUNT,
    CURRENCY,
    DAY,
    DAY_OR_MOMENT,
    IDENTIFIER,
    MOMENT,
    MONEY,
    MONEY_ABOVE_ZERO,
    PERCENT_OFF,
    POINTS,
    POINTS_DECIMALS_MAX,
    QUANTITY_ABOVE_ZERO,
    TEXT,
    choice,
    list_of,
    map_of,
    object_of,
    set_of,
    short_text,
    whole,
)
from backend.promotions.parameters import written

CHANNEL = choice("retail", "wholesale", "web")
LINES_MAX = 2000
NAME_MAX = 500
"""No receipt is longer and prints longer names; both are compared with everything that a promotion names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """One line. Refunds reverse a stored outcome and voids are netted by the caller, so a line is never negative."""

    id: str = field(metadata=written("id", IDENTIFIER))
    sku: str | None = field(default=None, metadata=written("sku", TEXT))
    gtin: str | None = field(default=None, metadata=written("gtin", TEXT))
    name: str | None = field(default=None, metadata=written("name", short_text(NAME_MAX)))
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
    """What is known of the member at the time of the sale; `stamps` are the units in each of the member's counters."""

    id: str = field(metadata=written("id", IDENTIFIER))
    card: str | None = field(default=None, metadata=written("card", TEXT))
    groups: frozenset[str] = field(default=frozenset(), metadata=written("groups", set_of(TEXT)))
    tier: str | None = field(default=None, metadata=written("tier", TEXT))
    purchases_before: int | None = field(default=None, metadata=written("purchases_before", COUNT))
    rebate_parts: int | None = field(default=None, metadata=written("rebate_percent", PERCENT_OFF))
    birthday_on: date | None = field(default=None, metadata=written("birthday", DAY))
    events: Mapping[str, Day] = field(default_factory=dict, metadata=written("events", map_of(DAY_OR_MOMENT)))
    spent: Spent = field(default=Spent(), metadata=written("spent", SPENT))
    stamps: Mapping[str, int] = field(default_factory=dict, metadata=written("stamps", map_of(COUNT)))
    uses: Mapping[str, Uses] = field(default_factory=dict, metadata=written("uses", map_of(object_of(Uses))))


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """One sale. `now` is written in the outlet's offset and used as written: whoever builds the basket converts it."""

    currency: str = field(metadata=written("currency", CURRENCY))
    now: datetime = field(metadata=written("now", MOMENT))
    outlet: str | None = field(default=None, metadata=written("outlet", TEXT))
    channel: str | None = field(default=None, metadata=written("channel", CHANNEL))
    seller_tax_id: str | None = field(default=None, metadata=written("seller_tax_id", TEXT))
    codes: tuple[str, ...] = field(default=(), metadata=written("codes", list_of(TEXT)))
    coupons: tuple[str, ...] = field(default=(), metadata=written("coupons", list_of(TEXT)))
    member: MemberFacts | None = field(default=None, metadata=written("member", object_of(MemberFacts)))
    lines: tuple[BasketLine, ...] | None = field(
        default=None, metadata=written("lines", list_of(object_of(BasketLine), unique="id", most=LINES_MAX))
    )
    stated_total_minor: int | None = field(default=None, metadata=written("total", MONEY))
    points_decimals: int = field(
        default=0, metadata=written("points_decimals", whole("count", least=0, most=POINTS_DECIMALS_MAX))
    )
    point_value_minor: int = field(default=100, metadata=written("point_value", MONEY_ABOVE_ZERO))
    counters: Mapping[str, Counter] = field(
        default_factory=dict, metadata=written("counters", map_of(object_of(Counter)))
    )
    code_lists: Mapping[str, frozenset[str]] = field(
        default_factory=dict, metadata=written("code_lists", map_of(set_of(CODE)))
    )

    goods: Goods = field(init=False, repr=False, compare=False)
    """The lines by their facts; while they are unknown, one line that stands for them all."""
    total_minor: int = field(init=False, repr=False, compare=False)
    """What the lines come to, or what is stated while they are unknown."""
    presented: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """The basket's codes as it writes them, by how they are compared."""

    def __post_init__(self) -> None:
        lines = self.lines
        if lines is None:
            lines = (BasketLine(id="", quantity_milli=1000, total_minor=self.stated_total_minor or 0),)
        goods = Goods(lines)
        object.__setattr__(self, "goods", goods)
        object.__setattr__(self, "total_minor", sum(goods.totals))
        object.__setattr__(self, "presented", {code.strip().casefold(): code.strip() for code in self.codes})

    def problems(self) -> Iterator[tuple[str, str]]:
        """A total is needed without lines, and must be theirs with them."""
        if self.lines is None and self.stated_total_minor is None:
            yield "total", "is required when lines are null"
        if self.lines is not None and self.stated_total_minor not in {None, self.total_minor}:
            yield "total", "is not what the lines come to"
