"""What a decision says: what applied and why, what did not and the first reason, what cannot be decided yet.

Every promotion that was handed over is in exactly one of the three lists, each in the order of priority and id.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from backend.kit.i18n import Text
from backend.kit.money import format_quantity, format_units
from backend.promotions.contract import Award, AwardKind, StampChange, Unit, Unknown
from backend.promotions.kinds import MONEY_DECIMALS
from backend.promotions.values import value_object

UNVALUED: frozenset[AwardKind] = frozenset({"gift", "entries", "coupon", "text"})
"""What has no value in money or points, however much of it is given."""


@value_object
class Applied:
    """What one promotion gave.

    `kind` and `value` tell the first of its awards and those of its kind, in the smallest unit of that kind; what has
    no value in money or points has 0. `shares` divides the value over lines and adds up to it exactly, so that a refund
    of one line can take back its part; it is empty while the lines are unknown. `awards` is everything that was given.
    `used_codes` and `used_coupons` are what the basket presented and this took.
    """

    promotion: str
    kind: AwardKind
    value: int
    lines: tuple[str, ...]
    shares: tuple[tuple[str, int], ...]
    why: Text
    awards: tuple[Award, ...] = ()
    stamps: StampChange | None = None
    used_codes: tuple[str, ...] = ()
    used_coupons: tuple[str, ...] = ()

    @property
    def points(self) -> int:
        """The points among it, in the programme's smallest unit."""
        return sum(award.value for award in self.awards if award.kind == "points")

    @property
    def point_shares(self) -> dict[str, int]:
        """The points that each line brought."""
        return added_shares(award for award in self.awards if award.kind == "points")


@value_object
class NotApplied:
    """The first reason that stopped a promotion and, where a number can say it, how much of what was missing."""

    promotion: str
    reason: str
    missing: str | None = None
    unit: Unit | None = None


@value_object
class Undecided:
    """A promotion that waits for what the basket does not tell yet."""

    promotion: str
    reason: Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The whole decision. Only discounts lower what is paid."""

    total_minor: int
    currency: str
    points_decimals: int
    line_ids: tuple[str, ...] = ()
    applied: tuple[Applied, ...]
    not_applied: tuple[NotApplied, ...]
    undecided: tuple[Undecided, ...]

    def awards(self, *kinds: AwardKind) -> list[tuple[str, Award]]:
        """Pairs of promotion and award, of these kinds, in the order of the promotions."""
        return [(one.promotion, award) for one in self.applied for award in one.awards if award.kind in kinds]

    @property
    def points(self) -> int:
        """All points, in the programme's smallest unit."""
        return sum(award.value for _, award in self.awards("points"))

    @property
    def discount_minor(self) -> int:
        """What is taken off, the sum over the lines where these are known."""
        return sum(award.value for _, award in self.awards("discount"))

    @property
    def cashback_minor(self) -> int:
        """What comes back after the sale."""
        return sum(award.value for _, award in self.awards("cashback"))

    @property
    def pay_minor(self) -> int:
        """What is left to pay."""
        return self.total_minor - self.discount_minor

    @property
    def line_discounts(self) -> dict[str, int]:
        """What is taken off each line that has a discount, in the basket's order."""
        found = dict.fromkeys(self.line_ids, 0)
        for _, award in self.awards("discount"):
            for line, share in award.shares:
                found[line] += share
        return {line: discount for line, discount in found.items() if discount}


def added_shares(awards: Iterable[Award]) -> dict[str, int]:
    """What several awards of one kind give by line together."""
    shares: dict[str, int] = {}
    for award in awards:
        for line, share in award.shares:
            shares[line] = shares.get(line, 0) + share
    return shares


Say = Callable[[Text], str]


def in_english(text: Text) -> str:
    """The sentence in the language of its message id."""
    return text.msgid.format_map(text.params)


def outcome_document(outcome: Outcome, say: Say = in_english) -> dict[str, object]:
    """The outcome as JSON with decimal strings; `say` puts each reason into the reader's language.

    `stamps` lists how the member's counters change.
    """
    return {
        "total": _money(outcome.total_minor),
        "discount": _money(outcome.discount_minor),
        "pay": _money(outcome.pay_minor),
        "points": format_units(outcome.points, outcome.points_decimals),
        "cashback": _money(outcome.cashback_minor),
        "lines": [{"id": line, "discount": _money(minor)} for line, minor in outcome.line_discounts.items()],
        "bonuses": [_bonus(promotion, award) for promotion, award in outcome.awards("card", "receipt")],
        "gifts": [
            {"promotion": promotion, "sku": award.name, "quantity": format_quantity(award.value)}
            for promotion, award in outcome.awards("gift")
        ],
        "entries": [
            {"promotion": promotion, "draw": award.name, "count": award.value}
            for promotion, award in outcome.awards("entries")
        ],
        "coupons": [
            {"promotion": promotion, "series": award.name}
            for promotion, award in outcome.awards("coupon")
            for _ in range(award.value)
        ],
        "texts": [award.name for _, award in outcome.awards("text") for _ in range(award.value)],
        "stamps": [_stamps(one.promotion, one.stamps) for one in outcome.applied if one.stamps],
        "applied": [_applied(one, outcome.points_decimals, say) for one in outcome.applied],
        "not_applied": [_not_applied(stopped) for stopped in outcome.not_applied],
        "undecided": [{"promotion": waiting.promotion, "reason": waiting.reason} for waiting in outcome.undecided],
    }


def _bonus(promotion: str, award: Award) -> dict[str, object]:
    return {
        "promotion": promotion,
        "as": award.kind,
        "amount": _money(award.value),
        "valid_to": award.valid_to_on.isoformat() if award.valid_to_on else None,
        "redeem_at": list(award.redeem_at),
    }


def _stamps(promotion: str, change: StampChange) -> dict[str, object]:
    return {
        "promotion": promotion,
        "counter": change.counter,
        "before": change.before,
        "added": change.units,
        "cards": change.cards,
        "after": change.after,
    }


def _applied(one: Applied, points_decimals: int, say: Say) -> dict[str, object]:
    decimals = points_decimals if one.kind == "points" else MONEY_DECIMALS
    document: dict[str, object] = {
        "promotion": one.promotion,
        "value": format_units(one.value, decimals),
        "lines": list(one.lines),
        "why": say(one.why),
    }
    for key, used in (("used_codes", one.used_codes), ("used_coupons", one.used_coupons)):
        if used:
            document[key] = list(used)
    return document


def _not_applied(stopped: NotApplied) -> dict[str, str]:
    found = {"promotion": stopped.promotion, "reason": stopped.reason}
    return found if stopped.missing is None else {**found, "missing": stopped.missing}


def _money(minor: int) -> str:
    return format_units(minor, MONEY_DECIMALS)
