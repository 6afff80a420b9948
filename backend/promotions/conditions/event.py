"""`event`: something happened to the member not long ago: signed up, filled a survey, brought a friend."""

from dataclasses import dataclass, field
from typing import ClassVar

from backend.promotions.basket import Basket
from backend.promotions.contract import Condition, Stop
from backend.promotions.facts import Facts, facts
from backend.promotions.history import days_since
from backend.promotions.kinds import DAYS, IDENTIFIER
from backend.promotions.parameters import written


@dataclass(frozen=True, slots=True, kw_only=True)
class Event(Condition):
    """Without `within_days` it is enough that it happened."""

    type: ClassVar[str] = "event"

    name: str = field(metadata=written("name", IDENTIFIER))
    within_days: int | None = field(default=None, metadata=written("within_days", DAYS))

    def hinges_on(self) -> Facts | None:
        """That it happened at all."""
        return facts("event", (self.name,))

    def stops(self, basket: Basket) -> Stop | None:
        """The latest time counts, from its day until so many days later."""
        when = basket.member.events.get(self.name) if basket.member else None
        since = None if when is None else days_since(when, basket.now)
        if since is None or (self.within_days is not None and since > self.within_days):
            return Stop(self.type)
        return None
