"""What a decision says: what applied and why, what did not and the first reason, what cannot be decided yet.

Every promotion that was handed over is in exactly one of the three lists, each in the order of priority and id.
"""

from collections.abc import Callable
from dataclasses import dataclass

from backend.kit.i18n import Text
from backend.kit.money import format_units
from backend.promotions.contract import Unknown, ValueKind
from backend.promotions.kinds import MONEY_DECIMALS


@dataclass(frozen=True, slots=True)
class Applied:
    """What one promotion gave, in the smallest unit of its kind.

    `shares` divides the value over the selected lines and adds up to it exactly, so that a refund of one line can
    take back its part; it is empty while the lines are unknown.
    """

    promotion: str
    kind: ValueKind
    value: int
    lines: tuple[str, ...]
    shares: tuple[tuple[str, int], ...]
    why: Text


@dataclass(frozen=True, slots=True)
class NotApplied:
    """The first reason that stopped a promotion and, where a number can say it, how much was missing."""

    promotion: str
    reason: str
    missing: str | None = None


@dataclass(frozen=True, slots=True)
class Undecided:
    """A promotion that waits for what the basket does not tell yet."""

    promotion: str
    reason: Unknown


@dataclass(frozen=True, slots=True)
class Outcome:
    """The whole decision. Points never lower what is paid."""

    total_minor: int
    points_decimals: int
    applied: tuple[Applied, ...]
    not_applied: tuple[NotApplied, ...]
    undecided: tuple[Undecided, ...]

    @property
    def points(self) -> int:
        """All points, in the programme's smallest unit."""
        return sum(award.value for award in self.applied if award.kind == "points")


def in_english(text: Text) -> str:
    """The sentence in the language of its message id."""
    return text.msgid.format_map(text.params)


def outcome_document(outcome: Outcome, say: Callable[[Text], str] = in_english) -> dict[str, object]:
    """The outcome as JSON with decimal strings; `say` puts each reason into the reader's language.

    No benefit of the registry lowers what is paid or gives anything but points, so the other lists are empty.
    """
    total = format_units(outcome.total_minor, MONEY_DECIMALS)
    nothing = format_units(0, MONEY_DECIMALS)
    return {
        "total": total,
        "discount": nothing,
        "pay": total,
        "points": format_units(outcome.points, outcome.points_decimals),
        "cashback": nothing,
        "lines": [],
        "bonuses": [],
        "gifts": [],
        "entries": [],
        "coupons": [],
        "texts": [],
        "applied": [
            {
                "promotion": award.promotion,
                "value": format_units(award.value, outcome.points_decimals),
                "lines": list(award.lines),
                "why": say(award.why),
            }
            for award in outcome.applied
        ],
        "not_applied": [_not_applied(stopped) for stopped in outcome.not_applied],
        "undecided": [{"promotion": open_.promotion, "reason": open_.reason} for open_ in outcome.undecided],
    }


def _not_applied(stopped: NotApplied) -> dict[str, str]:
    found = {"promotion": stopped.promotion, "reason": stopped.reason}
    return found if stopped.missing is None else {**found, "missing": stopped.missing}
