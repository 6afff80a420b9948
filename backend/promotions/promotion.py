"""A promotion as data: when it runs, for whom, on what conditions, what it looks at and what it gives.

Whatever a document says that this engine does not do is refused by name when the document is read: a limit that was
silently passed over would give money away.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from backend.promotions.contract import Benefit, Condition
from backend.promotions.kinds import DAY, IDENTIFIER, TEXT, choice, list_of, member_of, object_of, set_of, whole
from backend.promotions.parameters import written
from backend.promotions.registry import BENEFITS, CONDITIONS
from backend.promotions.selection import EVERYTHING, Selection
from backend.promotions.validity import Hours, Period

Audience = Literal["everyone", "members", "non_members"]
GrantForm = Literal["discount", "card", "receipt", "cashback", "points"]
Base = Literal["original", "remaining"]

_PRIORITY_MAX = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """In which form the value is given. Points are points whatever is written here."""

    NOT_SUPPORTED = frozenset({"valid_days", "valid_to", "redeem_at"})

    form: GrantForm = field(
        default="discount", metadata=written("as", choice("discount", "card", "receipt", "cashback", "points"))
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One rule. Promotions stand in the order of priority, low first, then id."""

    NOT_SUPPORTED = frozenset({"limits", "combine"})

    id: str = field(metadata=written("id", IDENTIFIER))
    name: str | None = field(default=None, metadata=written("name", TEXT))
    priority: int = field(
        default=100, metadata=written("priority", whole("number", least=-_PRIORITY_MAX, most=_PRIORITY_MAX))
    )
    period: Period | None = field(default=None, metadata=written("valid", object_of(Period)))
    weekdays: frozenset[int] = field(
        default=frozenset(), metadata=written("weekdays", set_of(whole("weekday", least=1, most=7)))
    )
    hours: Hours | None = field(default=None, metadata=written("hours", object_of(Hours)))
    on: frozenset[date] = field(default=frozenset(), metadata=written("on", set_of(DAY)))
    audience: Audience = field(
        default="everyone", metadata=written("audience", choice("everyone", "members", "non_members"))
    )
    conditions: tuple[Condition, ...] = field(
        default=(), metadata=written("conditions", list_of(member_of(CONDITIONS)))
    )
    items: Selection = field(default=EVERYTHING, metadata=written("items", object_of(Selection)))
    benefit: Benefit = field(metadata=written("benefit", member_of(BENEFITS)))
    grant: Grant = field(default=Grant(), metadata=written("grant", object_of(Grant)))
    base: Base | None = field(default=None, metadata=written("base", choice("original", "remaining")))

    @property
    def rank(self) -> tuple[int, str]:
        """The key of the order in which promotions are decided and listed."""
        return (self.priority, self.id)

    def runs_at(self, now: datetime) -> bool:
        """Whether its days and hours include this time of the outlet's clock; what is left out restricts nothing."""
        today = now.date()
        return (
            (self.period is None or self.period.holds(today))
            and (not self.weekdays or today.isoweekday() in self.weekdays)
            and (self.hours is None or self.hours.holds(now))
            and (not self.on or today in self.on)
        )

    def addresses(self, *, member: bool) -> bool:
        """Whether a sale to a member, or an anonymous one, is its audience and can receive what it gives."""
        if self.audience == "non_members" and member:
            return False
        return member or not (self.audience == "members" or self.benefit.needs_member)
