"""`entries`: chances in a prize draw, so many, or so many for every full amount paid."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import NO_ITEMS, AwardKind, Benefit, Form, Offer, Scope, Stop, Things, missing_money
from backend.promotions.kinds import COUNT_ABOVE_ZERO, IDENTIFIER, MONEY_ABOVE_ZERO
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Entries(Benefit):
    """`count` is one when it is not said."""

    type: ClassVar[str] = "entries"
    fixed_kind: ClassVar[AwardKind | None] = "entries"

    draw: str = field(metadata=written("draw", IDENTIFIER))
    count: int = field(default=1, metadata=written("count", COUNT_ABOVE_ZERO))
    every_minor: int | None = field(default=None, metadata=written("every", MONEY_ABOVE_ZERO))

    def counts_paid(self, form: Form) -> bool:  # noqa: ARG002 - in every form
        """Entries are for what is paid."""
        return True

    def offer(self, scope: Scope) -> Offer | Stop:
        """Full amounts only."""
        times = 1 if self.every_minor is None else scope.base_minor // self.every_minor
        if self.every_minor is not None and not times:
            return missing_money("items", self.every_minor - scope.base_minor)
        count = self.count * times
        return Things(Text("Entries in the prize draw: {count}", {"count": str(count)}), count, self.draw)

    def lacks(self) -> Stop:
        """A whole amount is missing, where one is asked for."""
        return NO_ITEMS if self.every_minor is None else missing_money("items", self.every_minor)
