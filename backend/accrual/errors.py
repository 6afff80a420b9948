"""Why settling stops without anything having stayed; what the job does about each is its own decision."""

from collections.abc import Callable

from backend.campaigns.timeline import Rule


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
