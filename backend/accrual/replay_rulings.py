"""The rules that a replay decides receipts by: those of their time, and the replayed one in its campaign's place."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.accrual.rules import ProgrammeRules
from backend.campaigns.content import Limits
from backend.campaigns.queries import rules_among
from backend.campaigns.timeline import Rule, Timeline
from backend.programmes.models import Programme, Tenant
from backend.receipts.models import Receipt


@dataclass(frozen=True, slots=True)
class Frame:
    """What a replay is of: the rule as if it had run all the time, the other campaigns of its programme, and the days.

    On its own days the rule goes on with the limits that its campaign had left before them; on all days they are whole.
    """

    tenant: Tenant
    programme: Programme
    rule: Rule
    others: list[Timeline]
    from_at: datetime
    before_at: datetime
    on_own_days: bool


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the programme says at a moment, and the limited promotions of other campaigns."""

    said: ProgrammeRules
    limited: dict[str, Limits]


class Rulings:
    """What holds at a moment, read once for each set of revisions and schemes."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._read: dict[tuple[tuple[UUID, int, str | None], ...], Ruling] = {}

    def at(self, receipt: Receipt) -> Ruling:
        """The other campaigns as they held when the receipt was issued, and the replayed rule."""
        others = rules_among(self._frame.others, receipt.issued_at)
        key = tuple((rule.campaign_id, rule.version, rule.scheme) for rule in others)
        if key not in self._read:
            limited = {promotion: limits for rule in others for promotion, limits in rule.limits.items()}
            said = ProgrammeRules(self._frame.programme, [*others, self._frame.rule])
            self._read[key] = Ruling(said, limited)
        return self._read[key]
