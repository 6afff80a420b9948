"""`channel`: the sale is in one of these channels."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import CHANNEL, Basket
from backend.promotions.contract import Condition, Stop, Unknown
from backend.promotions.facts import Facts, facts
from backend.promotions.kinds import set_of
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Condition):
    """The channel is a property of the place, so it is known when the outlet is."""

    type: ClassVar[str] = "channel"
    needs: ClassVar[Unknown | None] = "outlet"

    channels: frozenset[str] = field(metadata=written("in", set_of(CHANNEL)))

    def hinges_on(self) -> Facts | None:
        """The sale's channel."""
        return facts("channel", self.channels)

    def stops(self, basket: Basket) -> Stop | None:
        """A sale whose channel is not known is in none of them."""
        return None if basket.channel in self.channels else Stop(self.type)
