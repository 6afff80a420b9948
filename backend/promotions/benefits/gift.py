"""`gift`: an item for nothing, once for the basket."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.kit.i18n import Text
from backend.kit.money import format_quantity
from backend.promotions.contract import AwardKind, Benefit, Offer, Scope, Stop, Things
from backend.promotions.kinds import IDENTIFIER, QUANTITY_ABOVE_ZERO
from backend.promotions.parameters import written

_ONE_MILLI = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Gift(Benefit):
    """The gift is handed over beside the basket, so no line of it costs less."""

    type: ClassVar[str] = "gift"
    fixed_kind: ClassVar[AwardKind | None] = "gift"

    sku: str = field(metadata=written("sku", IDENTIFIER))
    quantity_milli: int = field(default=_ONE_MILLI, metadata=written("quantity", QUANTITY_ABOVE_ZERO))

    def offer(self, scope: Scope) -> Offer | Stop:  # noqa: ARG002 - what is selected only has to be there
        """The gift."""
        said = {"sku": self.sku, "quantity": format_quantity(self.quantity_milli)}
        return Things(Text("A gift: {quantity} × {sku}", said), self.quantity_milli, self.sku)
