"""`points-by-receipt-amount`: the larger the receipt, the more a point is worth (ELB-05).

The group follows from the receipt alone. A receipt below the first minimum is of the first group: that minimum says
from how many points on a member can pay with them (ELB-12), and they are collected over many receipts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked
from backend.campaigns.templates.point_groups import (
    GROUPS_MAX,
    MINIMUM,
    PERCENT,
    VALUE,
    first_not_above,
    least_amount,
    worth,
)
from backend.kit.i18n import Text
from backend.promotions.kinds import list_of, object_of

_FIRST_PRIORITY = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountGroup:
    """Receipts that bring at least `minimum` points, and what each of these is worth."""

    minimum: str = field(metadata=asked("minimum", MINIMUM, Text("Minimum of points")))
    value: str = field(metadata=asked("value", VALUE, Text("Value of a point")))


_SEEN_ON_THE_TILL = (("5", "1.00"), ("7", "2.00"), ("9", "3.00"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsByReceiptAmount(Template):
    """Of all groups that a receipt reaches, the highest one's points are given."""

    code: ClassVar[str] = "points-by-receipt-amount"
    title: ClassVar[Text] = Text("Points by groups of receipt amounts")
    about: ClassVar[Text] = Text(
        "A percentage of the receipt becomes points, and larger receipts are in a higher group whose points are worth more."
    )

    percent: str = field(default="10", metadata=asked("percent", PERCENT, Text("Percentage")))
    groups: tuple[AmountGroup, ...] = field(
        default=tuple(AmountGroup(minimum=minimum, value=value) for minimum, value in _SEEN_ON_THE_TILL),
        metadata=asked("groups", list_of(object_of(AmountGroup), most=GROUPS_MAX), Text("Groups, the lowest first")),
    )

    def problems(self) -> Iterator[tuple[str | tuple[str, ...], str]]:
        """Minimums rise from group to group."""
        if not self.groups:
            yield "groups", "names no group"
        place = first_not_above([group.minimum for group in self.groups])
        if place is not None:
            yield ("groups", str(place), "minimum"), "must be above the one before"

    def promotions(self, own: str) -> list[Document]:
        """One promotion a group, the highest first; the first that applies is the only one."""
        return [
            {
                "priority": _FIRST_PRIORITY - place,
                "conditions": [self._reached(group)] if place else [],
                "benefit": {"type": "points", "percent": worth(self.percent, group.value)},
                "combine": {"group": own, "mode": "first"},
            }
            for place, group in enumerate(self.groups)
        ]

    def _reached(self, group: AmountGroup) -> Document:
        return {"type": "basket_total", "min": least_amount(self.percent, group.minimum)}
