"""What one programme gives to a receipt, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from backend.accrual.rules import ProgrammeRules
from backend.campaigns.timeline import Rule
from backend.programmes.models import Programme
from backend.promotions.basket import Basket
from backend.promotions.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """What one programme gives, by what it said when the receipt was issued."""

    said: ProgrammeRules
    outcome: Outcome
    basket: Basket | None = None
    """What was decided about; None for whoever keeps no near misses."""

    @property
    def programme(self) -> Programme:
        """Whose decision it is."""
        return self.said.programme

    @property
    def rules(self) -> list[Rule]:
        """The campaigns that decided."""
        return self.said.rules

    @property
    def names(self) -> Mapping[str, str]:
        """What people call each promotion."""
        return self.said.names

    def campaign_of(self, promotion: str) -> UUID:
        """Whose promotion it is."""
        return next(rule.campaign_id for rule in self.rules if promotion in rule.ids)
