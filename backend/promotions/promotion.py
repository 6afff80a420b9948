"""A promotion as data: when it runs, for whom, on what conditions, what it looks at and what it gives.

Whatever a document says that this engine does not do is refused by name when the document is read: a limit that was
silently passed over would give money away. What follows from the document alone is worked out once, when it is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from backend.promotions.benefits.percent import Percent
from backend.promotions.benefits.stamp import Stamp
from backend.promotions.combining import Combine
from backend.promotions.contract import MEMBER_KINDS, AwardKind, Benefit, Condition
from backend.promotions.granting import Grant
from backend.promotions.kinds import (
    DAY,
    IDENTIFIER,
    PERCENT_SCALE,
    TEXT,
    choice,
    list_of,
    member_of,
    object_of,
    set_of,
    whole,
)
from backend.promotions.limits import UNLIMITED, Limits
from backend.promotions.parameters import written
from backend.promotions.registry import BENEFITS, CONDITIONS
from backend.promotions.selection import EVERYTHING, Selection
from backend.promotions.validity import Hours, Period

Audience = Literal["everyone", "members", "non_members"]
Base = Literal["original", "remaining"]

_PRIORITY_MAX = 10**9


@dataclass(frozen=True, slots=True, kw_only=True)
class Promotion:
    """One rule. Promotions stand in the order of `rank`: priority, low first, then id."""

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
    limits: Limits = field(default=UNLIMITED, metadata=written("limits", object_of(Limits)))
    combine: Combine | None = field(default=None, metadata=written("combine", object_of(Combine)))

    rank: tuple[int, str] = field(init=False, repr=False, compare=False)
    kind: AwardKind = field(init=False, repr=False, compare=False)
    counts_paid: bool = field(init=False, repr=False, compare=False)
    reads_left: bool = field(init=False, repr=False, compare=False)
    needs_member: bool = field(init=False, repr=False, compare=False)
    needs_items: bool = field(init=False, repr=False, compare=False)
    group: str | None = field(init=False, repr=False, compare=False)
    is_alone: bool = field(init=False, repr=False, compare=False)
    chooses: bool = field(init=False, repr=False, compare=False)
    """Whether it competes with the others of its group."""
    spending: tuple[Condition, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        benefit, form = self.benefit, self.grant.form
        kind = benefit.kind(form)
        derived = {
            "rank": (self.priority, self.id),
            "kind": kind,
            "counts_paid": benefit.counts_paid(form),
            "reads_left": benefit.reads_left(form) if self.base is None else self.base == "remaining",
            "needs_member": benefit.needs_member or (kind in MEMBER_KINDS and not benefit.multiplies),
            "needs_items": benefit.needs_lines or not self.items.everything,
            "group": self.combine.group if self.combine else None,
            "chooses": self.combine is not None and self.combine.chooses,
            "is_alone": self.combine is not None and self.combine.mode == "alone",
            "spending": tuple(condition for condition in self.conditions if condition.spends),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

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
        return member or not (self.audience == "members" or self.needs_member)

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """A discount takes off no more than everything, be it given at once or for a full card."""
        benefit = self.benefit
        path: tuple[str, ...] = ("benefit",)
        if isinstance(benefit, Stamp):
            benefit, path = benefit.reward, ("benefit", "reward")
        if isinstance(benefit, Percent) and self.grant.form == "discount" and benefit.percent_parts > PERCENT_SCALE:
            yield (*path, "percent"), "must be at most 100"
