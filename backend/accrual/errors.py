"""Why settling stops without anything having stayed, what the job does about it is its own; why simulations and replays are refused."""

from collections.abc import Callable
from typing import ClassVar

from backend.campaigns.timeline import Rule
from backend.kit.errors import ErrorKind, ParagonError


class RulesChanged(Exception):
    """The tenant's rules were changed after they had been read: they are read anew, and the receipt is tried again."""


class RulesFailed(Exception):
    """Evaluating broke; `campaigns` are the codes of those that break alone, or of all when only their sum does."""

    def __init__(self, campaigns: list[str], reason: str) -> None:
        super().__init__(f"{', '.join(campaigns)}: {reason}")
        self.campaigns = campaigns
        self.reason = reason

    @classmethod
    def of(cls, work: Callable[[list[Rule]], object], rules: list[Rule], error: Exception) -> "RulesFailed":
        """Which of the rules break that work by themselves, as they broke it together."""
        codes = []
        for rule in rules:
            try:
                work([rule])
            except Exception:  # noqa: BLE001 (what it was is told by the error)
                codes.append(rule.code)
        return cls(codes or [rule.code for rule in rules], type(error).__name__)


class CampaignBroken(ParagonError):
    """Evaluating the campaigns breaks, alone or together."""

    code: ClassVar[str] = "campaign-broken"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Something in these campaigns breaks: {campaigns}."


class ReplayNotFound(ParagonError):
    """No such replay in this tenant, or of this partner."""

    code: ClassVar[str] = "replay-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such replay."


class ReplayEnded(ParagonError):
    """It is done, or was cancelled before."""

    code: ClassVar[str] = "replay-ended"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This replay has ended."


class ReplayPeriodRefused(ParagonError):
    """The period ends before it begins, or is longer than a replay may be."""

    code: ClassVar[str] = "replay-period-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The period must not end before it begins, nor be longer than {days} days."


class TooManyReplays(ParagonError):
    """As many replays of the tenant wait or run as may."""

    code: ClassVar[str] = "too-many-replays"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "Other replays are at work. Please wait until they are done, or cancel one."
