"""`bonus-percent`: a percentage off any purchase of a member, 3 % unless said (LTY-21)."""

from dataclasses import dataclass
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Giving, audience_field
from backend.campaigns.templates.fields import percent_field
from backend.kit.i18n import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class BonusPercent(Giving):
    """The loyalty card's plain bonus."""

    code: ClassVar[str] = "bonus-percent"
    title: ClassVar[Text] = Text("Bonus percentage")
    about: ClassVar[Text] = Text("A percentage of the whole purchase.")

    audience: str = audience_field("members")
    percent: str = percent_field("3")

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on everything."""
        return [{**self.giving(), "benefit": {"type": "percent", "percent": self.percent}}]
