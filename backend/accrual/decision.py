"""What one programme gives to a receipt, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from backend.campaigns.timeline import Rule
from backend.programmes.models import Programme
from backend.promotions.outcome import Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """What one programme gives: the rules that held, their promotions' names, and the outcome."""

    programme: Programme
    rules: list[Rule]
    names: Mapping[str, str]
    outcome: Outcome

    def campaign_of(self, promotion: str) -> UUID:
        """Whose promotion it is."""
        return next(rule.campaign_id for rule in self.rules if promotion in rule.ids)
