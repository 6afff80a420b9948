"""`points-by-customer-group`: what a point is worth depends on the customer's group (ELB-28).

The other reading of Element's groups: the group stands with the customer, whatever the receipt comes to.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked
from backend.campaigns.templates.point_groups import GROUPS_MAX, MINIMUM, PERCENT, VALUE, least_amount, worth
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER, list_of, object_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerGroup:
    """A group of customers, from how many points of one receipt on it collects, and what each of these is worth."""

    group: str = field(metadata=asked("group", IDENTIFIER, Text("Group of customers")))
    minimum: str = field(default="0", metadata=asked("minimum", MINIMUM, Text("Minimum of points")))
    value: str = field(metadata=asked("value", VALUE, Text("Value of a point")))


@dataclass(frozen=True, slots=True, kw_only=True)
class PointsByCustomerGroup(Template):
    """A customer of several groups is given what is worth most."""

    code: ClassVar[str] = "points-by-customer-group"
    title: ClassVar[Text] = Text("Points by groups of customers")
    about: ClassVar[Text] = Text(
        "A percentage of the receipt becomes points, whose value is that of the customer's group."
    )

    percent: str = field(default="10", metadata=asked("percent", PERCENT, Text("Percentage")))
    groups: tuple[CustomerGroup, ...] = field(
        metadata=asked(
            "groups", list_of(object_of(CustomerGroup), unique="group", most=GROUPS_MAX), Text("Groups of customers")
        )
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Somebody collects."""
        if not self.groups:
            yield "groups", "names no group"

    def promotions(self, own: str) -> list[Document]:
        """One promotion a group; the best is the only one."""
        return [
            {
                "conditions": list(self._conditions(group)),
                "benefit": {"type": "points", "percent": worth(self.percent, group.value)},
                "combine": {"group": own, "mode": "best"},
            }
            for group in self.groups
        ]

    def _conditions(self, group: CustomerGroup) -> Iterator[Document]:
        yield {"type": "customer_group", "in": [group.group]}
        least = least_amount(self.percent, group.minimum)
        if least != least_amount(self.percent, "0"):
            yield {"type": "basket_total", "min": least}
