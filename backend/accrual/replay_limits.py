"""What limited promotions of a replayed campaign may still give, counted from receipt to receipt as they were issued: pure.

At the replay's first receipt what the campaign had given before is gone. Of other campaigns a limited promotion gives where
it gave: what others took of it then is not played anew.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from backend.accrual.spent import spent_counter, spent_uses
from backend.campaigns.content import WHOLE, Limits, pools_of
from backend.campaigns.timeline import Rule
from backend.promotions.basket import Basket, Counter, Uses
from backend.promotions.budget import value_centi
from backend.promotions.outcome import Outcome

Pool = tuple[str, str]
"""A promotion, or the whole campaign, and `uses` or `value`."""
MemberUses = dict[str, list[Any]]
"""By promotion: uses ever, the day of the last one, uses on that day."""
_NEVER: tuple[int, str, int] = (0, "", 0)


@dataclass(frozen=True, slots=True)
class Taken:
    """One use of a limited promotion and its value, in hundredths of money or of a point."""

    promotion: str
    value_centi: int


class Allowance:
    """What is left of the limits of one campaign; `given` is what was taken up to here, as `document` kept it."""

    def __init__(self, rule: Rule, given: Mapping[str, Any]) -> None:
        self._limits = rule.limits
        self.pools: dict[Pool, int] = pools_of(rule.content)
        self.used: dict[Pool, int] = dict.fromkeys(self.pools, 0)
        self.short_on: dict[Pool, str] = {}
        for promotion, kind, units, day in given.get("pools", ()):
            self.used[promotion, kind] = units
            if day:
                self.short_on[promotion, kind] = day

    def start(self, promotion: str, uses: int, value_centi: int) -> None:
        """Count what the promotion had given before the replay's first receipt."""
        for kind, units in (("uses", uses), ("value", value_centi)):
            for pool in self._own(promotion, kind):
                self.used[pool] += units

    def document(self) -> dict[str, Any]:
        """What is kept from one portion to the next."""
        return {"pools": [[*pool, units, self.short_on.get(pool)] for pool, units in sorted(self.used.items())]}

    def counters(self, spent: Collection[str]) -> dict[str, Counter]:
        """What the engine is to count so that it sees what is left; `spent` promotions are used up."""
        return {
            promotion: Counter(
                uses=self._counted(promotion, limits.total, "uses"),
                value_centi=self._counted(promotion, limits.budget_centi, "value"),
            )
            if promotion not in spent
            else spent_counter(limits)
            for promotion, limits in self._limits.items()
        }

    def uses(self, member: MemberUses, day: str, spent: Collection[str]) -> dict[str, Uses]:
        """The member's own uses, as the engine reads them."""
        found = {}
        for promotion in self._limits:
            total, last, on_last = member.get(promotion, _NEVER)
            found[promotion] = Uses(total=total, today=on_last if last == day else 0)
        return found | {promotion: spent_uses(self._limits[promotion]) for promotion in self._limits.keys() & spent}

    def taken_by(self, outcome: Outcome) -> list[Taken]:
        """What the outcome takes of the campaign's limited promotions."""
        return [
            Taken(one.promotion, value_centi(one.awards, outcome.points_decimals))
            for one in outcome.applied
            if one.promotion in self._limits
        ]

    def short(self, taken: Iterable[Taken]) -> str | None:
        """The promotion that has to stand back because all together take more than is left; None if they do not."""
        for pool, (units, promotion) in sorted(self._drawn(taken).items()):
            if self.used[pool] + units > self.pools[pool]:
                return promotion
        return None

    def take(self, taken: Iterable[Taken], member: MemberUses | None, day: str) -> None:
        """Count what was taken, and the member's use of it."""
        taken = list(taken)
        for pool, (units, _) in self._drawn(taken).items():
            self.used[pool] += units
        if member is None:
            return
        for each in taken:
            total, last, on_last = member.get(each.promotion, _NEVER)
            member[each.promotion] = [total + 1, day, on_last + 1 if last == day else 1]

    def note_stopped(self, outcome: Outcome, day: str) -> None:
        """Remember the first day on which a budget or a total had too little left."""
        for stopped in outcome.not_applied:
            if stopped.promotion not in self._limits or stopped.reason not in {"limit", "budget"}:
                continue
            kind = "uses" if stopped.reason == "limit" else "value"
            for pool in self._own(stopped.promotion, kind):
                if kind == "value" or self.used[pool] >= self.pools[pool]:
                    self.short_on.setdefault(pool, day)

    def _own(self, promotion: str, kind: str) -> Iterator[Pool]:
        return (pool for pool in ((promotion, kind), (WHOLE, kind)) if pool in self.pools)

    def _counted(self, promotion: str, limit: int | None, kind: str) -> int:
        if limit is None:
            return 0
        lefts = [self.pools[pool] - self.used[pool] for pool in self._own(promotion, kind)]
        return max(limit - min(lefts), 0)

    def _drawn(self, taken: Iterable[Taken]) -> dict[Pool, tuple[int, str]]:
        """What is taken of each pool, and the last promotion that takes of it."""
        drawn: dict[Pool, tuple[int, str]] = {}
        for each in sorted(taken, key=lambda one: one.promotion):
            for kind, units in (("uses", 1), ("value", each.value_centi)):
                for pool in self._own(each.promotion, kind):
                    drawn[pool] = drawn.get(pool, (0, ""))[0] + units, each.promotion
        return drawn


def as_it_went(basket: Basket, limited: Mapping[str, Limits], used: Collection[str]) -> Basket:
    """The basket by which other campaigns' limited promotions give where the receipt used them, and nowhere else."""
    closed = limited.keys() - used
    member = basket.member
    if member is not None:
        member = replace(member, uses={**member.uses, **{each: spent_uses(limited[each]) for each in closed}})
    counters = {**basket.counters, **{each: spent_counter(limited[each]) for each in closed}}
    return replace(basket, counters=counters, member=member)
