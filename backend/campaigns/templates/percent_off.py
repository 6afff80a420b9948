"""`percent-off`: a percentage off certain products, for certain groups, in certain channels or on certain days (TRON-06 to TRON-26)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import EVERYTHING, ITEMS, Document, Giving, Goods, asked
from backend.campaigns.templates.fields import CODES, GROUPS_TITLE, percent_field
from backend.kit.i18n import Text
from backend.promotions.basket import CHANNEL
from backend.promotions.kinds import DAY, as_written, list_of


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentOff(Giving):
    """Whatever is left out restricts nothing; shops and dates are the campaign's own."""

    code: ClassVar[str] = "percent-off"
    title: ClassVar[Text] = Text("Percentage off")
    about: ClassVar[Text] = Text(
        "A percentage of what counts: everything or certain products, for certain groups of customers, in certain channels, on certain days."
    )

    percent: str = percent_field("20")
    items: Goods = field(default=EVERYTHING, metadata=ITEMS)
    groups: list[str] | None = field(default=None, metadata=asked("groups", CODES, GROUPS_TITLE))
    channels: list[str] | None = field(
        default=None, metadata=asked("channels", as_written(list_of(CHANNEL)), Text("Channels of sale"))
    )
    on: list[str] | None = field(default=None, metadata=asked("on", as_written(list_of(DAY)), Text("On these days")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """An empty list would restrict to nothing."""
        yield from super(PercentOff, self).problems()
        for key in ("groups", "channels", "on"):
            if getattr(self, key) == []:
                yield key, "names nothing; leave it out"

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion with what was chosen."""
        named = (("customer_group", self.groups), ("channel", self.channels))
        conditions = [{"type": kind, "in": those} for kind, those in named if those]
        benefit = {"type": "percent", "percent": self.percent}
        return [
            {**self.giving(), **self.items.document(), "conditions": conditions, "on": self.on, "benefit": benefit},
        ]
