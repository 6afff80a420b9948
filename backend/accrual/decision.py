"""What one programme gives to a receipt, and by which rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from backend.campaigns.timeline import Rule
from backend.programmes.models import Programme
from backend.promotions.outcome import Outcome
from backend.promotions.promotion import Promotion


@dataclass(frozen=True, slots=True)
class Decision:
    """What one programme gives: the rules that held with their promotions and these' names, and the outcome."""

    programme: Programme
    rules: list[Rule]
    promotions: tuple[Promotion, ...]
    names: Mapping[str, str]
    outcome: Outcome

    def campaign_of(self, promotion: str) -> UUID:
        """Whose promotion it is."""
        return next(rule.campaign_id for rule in self.rules if promotion in rule.ids)
