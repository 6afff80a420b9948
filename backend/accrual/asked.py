"""What a programme's promotions ask of the member beyond the receipt, found once for all receipts that they decide."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from backend.campaigns.presenting import own_list
from backend.campaigns.timeline import Rule
from backend.promotions.benefits.stamp import Stamp
from backend.promotions.conditions.code import Code
from backend.promotions.conditions.coupon import Coupon
from backend.promotions.conditions.event import Event
from backend.promotions.conditions.purchase_number import PurchaseNumber
from backend.promotions.conditions.spent import SpentBefore
from backend.promotions.contract import Condition
from backend.promotions.promotion import Promotion

Kind = TypeVar("Kind", bound=Condition)


@dataclass(frozen=True, slots=True)
class Asked:
    """`own_codes` are the single-use codes that promotions write out themselves, by the name under which they are kept."""

    code_lists: frozenset[str]
    own_codes: Mapping[str, frozenset[str]]
    coupons: bool
    stamps: bool
    purchases: bool
    events: frozenset[str]
    spent_days: int | None


def asked_by(rules: Iterable[Rule], promotions: tuple[Promotion, ...]) -> Asked:
    """What any of them looks at."""
    campaigns = {promotion: rule.campaign_id for rule in rules for promotion in rule.ids}
    lists, own = set[str](), dict[str, frozenset[str]]()
    for promotion in promotions:
        for condition in conditions_of(promotion.spending, Code):
            if isinstance(condition.codes, str):
                lists.add(condition.codes)
            elif condition.single_use:
                name = own_list(campaigns[promotion.id], promotion.id)
                own[name] = own.get(name, frozenset()) | condition.codes
    every = [condition for promotion in promotions for condition in promotion.conditions]
    return Asked(
        code_lists=frozenset(lists),
        own_codes=own,
        coupons=any(conditions_of(every, Coupon)),
        stamps=any(isinstance(promotion.benefit, Stamp) for promotion in promotions),
        purchases=any(conditions_of(every, PurchaseNumber)),
        events=frozenset(condition.name for condition in conditions_of(every, Event)),
        spent_days=max((condition.days for condition in conditions_of(every, SpentBefore)), default=None),
    )


def conditions_of(conditions: Iterable[Condition], kind: type[Kind]) -> Iterator[Kind]:
    """Those of one type."""
    return (condition for condition in conditions if isinstance(condition, kind))
