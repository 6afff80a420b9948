"""`stamp`: units of the selected items fill the member's counter across receipts; every full card gives the reward.

A card whose reward would be worth nothing on this basket stays with the member, so that no stamps are lost.
"""

from dataclasses import dataclass, field, replace
from typing import ClassVar

from backend.kit.i18n import Text
from backend.promotions.contract import (
    NO_ITEMS,
    AwardKind,
    Benefit,
    Form,
    Offer,
    PerLine,
    Portion,
    Scope,
    StampChange,
    Stop,
    Things,
    Whole,
    missing_quantity,
)
from backend.promotions.kinds import COUNT_ABOVE_ZERO, IDENTIFIER, member_of
from backend.promotions.parameters import written

REWARDS: dict[str, type[Benefit]] = {}
"""What a full card can give, by type. The registry fills it: members of the family do not know each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp(Benefit):
    """Pieces give stamps; what is weighed or measured does not."""

    type: ClassVar[str] = "stamp"
    needs_member: ClassVar[bool] = True
    needs_lines: ClassVar[bool] = True

    counter: str = field(metadata=written("counter", IDENTIFIER))
    needs: int = field(metadata=written("needs", COUNT_ABOVE_ZERO))
    reward: Benefit = field(metadata=written("reward", member_of(REWARDS)))

    def kind(self, form: Form) -> AwardKind:
        """What the reward is."""
        return self.reward.kind(form)

    def counts_paid(self, form: Form) -> bool:
        """As the reward does."""
        return self.reward.counts_paid(form)

    def reads_left(self, form: Form) -> bool:
        """As the reward does."""
        return self.reward.reads_left(form)

    def offer(self, scope: Scope) -> Offer | Stop:
        """The counter's change, and the reward for each card that is full."""
        member, units = scope.basket.member, scope.basket.goods.units
        new = sum(units[position] for position in scope.positions)
        if member is None or not new:
            return missing_quantity("items", 1000)
        before = member.stamps.get(self.counter, 0)
        cards = max(before + new, 0) // self.needs
        reward = self.reward.offer(scope) if cards else NO_ITEMS
        if isinstance(reward, Stop):
            change = StampChange(self.counter, before, new, 0, self.needs)
            said = {"units": str(new), "after": str(change.after), "needs": str(self.needs)}
            return Things(Text("Stamps: {units}, now {after} of {needs}", said), 0, stamps=change)
        return replace(_times(reward, cards), stamps=StampChange(self.counter, before, new, cards, self.needs))


def _times(offer: Offer, times: int) -> Offer:
    why = Text("A full card of stamps") if times == 1 else Text("Full cards of stamps: {cards}", {"cards": str(times)})
    match offer:
        case Portion(part=(n, d)):
            return replace(offer, why=why, part=(n * times, d))
        case PerLine():
            return replace(offer, why=why, hundredths=tuple((n * times, d) for n, d in offer.hundredths))
        case Whole():
            return replace(offer, why=why, hundredths=(offer.hundredths[0] * times, offer.hundredths[1]))
        case Things():
            return replace(offer, why=why, count=offer.count * times)
    return offer
