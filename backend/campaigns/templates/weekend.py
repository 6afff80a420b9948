"""`weekend`: a percentage off on certain weekdays, Saturday and Sunday unless said (LTY-23)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked, audience_field
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text
from backend.promotions.kinds import as_written, list_of, whole

WEEKDAY = whole("weekday", least=1, most=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Weekend(Giving):
    """A day begins and ends at the shop's midnight."""

    code: ClassVar[str] = "weekend"
    title: ClassVar[Text] = Text("Weekend discount")
    about: ClassVar[Text] = Text("A percentage of every purchase on certain weekdays, by the shop's own clock.")

    audience: str = audience_field("members")
    percent: str = percent_field("5")
    weekdays: list[int] = field(
        default_factory=lambda: [6, 7],
        metadata=asked("weekdays", as_written(list_of(WEEKDAY)), Text("Weekdays, Monday is 1")),
    )

    def problems(self) -> Iterator[tuple[str, str]]:
        """No weekday would be every day."""
        yield from super(Weekend, self).problems()
        if not self.weekdays:
            yield "weekdays", "names no day"

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on those days."""
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "weekdays": self.weekdays, "benefit": benefit}]
