"""`member-rebate`: the member's own rebate, collected for coming purchases or given at once (ELB-06, ELB-09)."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.campaigns.templates.contract import Document, Template, asked
from backend.kit.i18n import Text
from backend.promotions.kinds import FLAG


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRebate(Template):
    """With rebates forbidden the member pays the full price and only collects."""

    code: ClassVar[str] = "member-rebate"
    title: ClassVar[Text] = Text("The member's own rebate")
    about: ClassVar[Text] = Text(
        "The percentage that is set on the member is collected as money for coming purchases; where rebates are allowed, it is given at once."
    )
    scheme: ClassVar[str | None] = "amount"

    rebates_allowed: bool = field(
        default=False, metadata=asked("rebates_allowed", FLAG, Text("Card holders get their rebate at once"))
    )

    def promotions(self, own: str) -> list[Document]:  # noqa: ARG002 - nothing here needs a name of its own
        """One promotion on everything."""
        form = "discount" if self.rebates_allowed else "cashback"
        return [{"benefit": {"type": "member_rebate"}, "grant": {"as": form}}]
