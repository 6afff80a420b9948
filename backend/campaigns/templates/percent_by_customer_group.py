"""`percent-by-customer-group`: another percentage for every group of customers (LTY-30, TRON-18)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked
from backend.campaigns.templates.fields import PERCENT
from backend.kit.i18n import Text
from backend.promotions.kinds import IDENTIFIER, list_of, object_of

_GROUPS_MAX = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPercent:
    """A group of customers and its percentage."""

    group: str = field(metadata=asked("group", IDENTIFIER, Text("Group of customers")))
    percent: str = field(metadata=asked("percent", PERCENT, Text("Percentage")))


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentByCustomerGroup(Giving):
    """A customer of several groups is given the best."""

    code: ClassVar[str] = "percent-by-customer-group"
    title: ClassVar[Text] = Text("Percentage by groups of customers")
    about: ClassVar[Text] = Text("Pensioners, students and other groups have a percentage of their own.")

    groups: tuple[GroupPercent, ...] = field(
        metadata=asked(
            "groups", list_of(object_of(GroupPercent), unique="group", most=_GROUPS_MAX), Text("Groups of customers")
        )
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """Somebody gets something."""
        yield from super(PercentByCustomerGroup, self).problems()
        if not self.groups:
            yield "groups", "names no group"

    def promotions(self, own: str) -> list[Document]:
        """One promotion a group; the best is the only one."""
        return [
            {
                **self.giving(),
                "conditions": [{"type": "customer_group", "in": [group.group]}],
                "benefit": {"type": "percent", "percent": group.percent},
                "combine": {"group": own, "mode": "best"},
            }
            for group in self.groups
        ]
