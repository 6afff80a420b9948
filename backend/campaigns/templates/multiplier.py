"""`multiplier`: doubles or triples what other promotions give (TRON-14)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked
from backend.campaigns.templates.fields import CODES, GROUPS_TITLE
from backend.kit.i18n import Text
from backend.promotions.kinds import FACTOR_ABOVE_ONE, as_written

FACTOR = as_written(FACTOR_ABOVE_ONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Multiplier(Template):
    """Several factors on one promotion add up and never compound."""

    code: ClassVar[str] = "multiplier"
    title: ClassVar[Text] = Text("Double or triple benefits")
    about: ClassVar[Text] = Text(
        "Multiplies what other promotions give, for everyone or for certain groups of customers."
    )

    factor: str = field(default="2", metadata=asked("factor", FACTOR, Text("Factor")))
    promotions_multiplied: list[str] = field(metadata=asked("of", CODES, Text("Promotions that are multiplied")))
    groups: list[str] | None = field(default=None, metadata=asked("groups", CODES, GROUPS_TITLE))

    def problems(self) -> Iterator[tuple[str, str]]:
        """It multiplies something, for somebody."""
        if not self.promotions_multiplied:
            yield "of", "names no promotion"
        if self.groups == []:
            yield "groups", "names nobody; leave it out to mean everyone"

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion that multiplies the others."""
        conditions = [{"type": "customer_group", "in": self.groups}] if self.groups else []
        benefit = {"type": "multiply", "factor": self.factor, "of": self.promotions_multiplied}
        return [{"conditions": conditions, "benefit": benefit}]
