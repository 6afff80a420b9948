"""`promo-code`: a percentage off for whoever gives a code of a list (TRON-17)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, asked
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text
from backend.promotions.conditions.code import LISTED_MAX
from backend.promotions.kinds import CODE, FLAG, IDENTIFIER, as_written, list_of

LISTED = as_written(list_of(CODE, most=LISTED_MAX))


@dataclass(frozen=True, slots=True, kw_only=True)
class PromoCode(Giving):
    """A long list is uploaded and named; a short one is written here."""

    code: ClassVar[str] = "promo-code"
    title: ClassVar[Text] = Text("Discount with a code")
    about: ClassVar[Text] = Text("A percentage of the purchase for whoever gives a code that stands in a list.")

    percent: str = percent_field("20")
    codes: list[str] | None = field(default=None, metadata=asked("codes", LISTED, Text("The codes themselves")))
    stored: str | None = field(default=None, metadata=asked("list", IDENTIFIER, Text("Name of a stored list of codes")))
    single_use: bool = field(default=True, metadata=asked("single_use", FLAG, Text("A code can be used once")))

    def problems(self) -> Iterator[tuple[str, str]]:
        """Codes come from one place."""
        yield from super(PromoCode, self).problems()
        if not self.codes and self.stored is None:
            yield "codes", "is required, or list"
        if self.codes is not None and self.stored is not None:
            yield "codes", "excludes list"

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion for those codes."""
        code = {"type": "code", "list": self.codes or self.stored, "single_use": self.single_use}
        benefit = {"type": "percent", "percent": self.percent}
        return [{**self.giving(), "conditions": [code], "benefit": benefit}]
