"""What linking a text would cost: the past receipts that would be given more, by campaign, without keeping anything.

It is worked out as linking does it, receipt by receipt and each by itself: budgets that several of them would share may
have less left, so the cost is never more than what is said.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.errors import RulesFailed
from backend.accrual.giving import beside_points
from backend.accrual.rerate import foresee
from backend.accrual.rounds import Gain
from backend.accrual.rules import Rules
from backend.catalogue.aliases import EVERY_SELLER
from backend.catalogue.matching.linking import alias_wished
from backend.promotions.contract import MONEY_FORMS
from backend.promotions.outcome import Applied
from backend.receipts.models import Receipt
from backend.receipts.queries import receipts_with_text, submitted_receipt

RECEIPTS_MAX = 500


@dataclass(slots=True)
class Kind:
    """How many of a kind would be given beside points, and what they come to together.

    That is hundredths of money, thousandths of gifts, or the count again.
    """

    count: int = 0
    value: int = 0


@dataclass(slots=True)
class Cost:
    """What one campaign would give: points in the smallest unit of its programme, everything else by kind.

    The kinds are those of awards, and `stamps`.
    """

    campaign: str
    programme: str
    points_decimals: int
    points: int = 0
    receipts: int = 0
    kinds: dict[str, Kind] = field(default_factory=dict)

    def add(self, gives: Applied) -> None:
        """Count what one promotion would give to a receipt."""
        self.points += gives.points
        for award in beside_points(gives):
            comes_whole = award.kind in MONEY_FORMS or award.kind == "gift"
            self._count(award.kind, 1 if comes_whole else award.value, award.value)
        if gives.stamps is not None:
            self._count("stamps", gives.stamps.units, gives.stamps.units)

    def _count(self, kind: str, count: int, value: int) -> None:
        found = self.kinds.setdefault(kind, Kind())
        found.count, found.value = found.count + count, found.value + value


@dataclass(slots=True)
class Foreseen:
    """What a link would come to for the first receipts; `more` says that there are others, `broken` cannot be rated."""

    looked_at: int = 0
    receipts: int = 0
    members: set[UUID] = field(default_factory=set)
    broken: int = 0
    more: bool = False
    costs: dict[str, Cost] = field(default_factory=dict)

    def add(self, receipt: Receipt, gains: list[Gain]) -> None:
        """Count what a receipt would be given."""
        self.looked_at += 1
        if not gains:
            return
        self.receipts += 1
        self.members.add(receipt.member_id)
        touched = set()
        for gain in gains:
            for due in gain.kept:
                code = gain.code_of(due.applied.promotion)
                fresh = Cost(code, gain.programme.name, gain.programme.points_decimals)
                self.costs.setdefault(code, fresh).add(due.applied)
                touched.add(code)
        for code in touched:
            self.costs[code].receipts += 1


async def foresee_link(
    session: AsyncSession,
    rules: Rules,
    *,
    text: str,
    sku: str,
    seller_tax_id: str = EVERY_SELLER,
    receipts_max: int = RECEIPTS_MAX,
    now: datetime,
) -> Foreseen:
    """What linking the text to the product would give past receipts, the oldest first and up to so many.

    Raises AliasTextEmpty or AliasProductUnknown.
    """
    tenant_id = rules.tenant.id
    assumed = await alias_wished(session, tenant_id, text=text, sku=sku, seller_tax_id=seller_tax_id, now=now)
    seller = None if seller_tax_id == EVERY_SELLER else seller_tax_id
    found = await receipts_with_text(
        session, tenant_id, seller_tax_id=seller, folded=assumed.folded, after=None, limit=receipts_max + 1
    )
    foreseen = Foreseen(more=len(found) > receipts_max)
    for receipt_id in found[:receipts_max]:
        receipt = await submitted_receipt(session, tenant_id, receipt_id)
        trial = await session.begin_nested()
        try:
            foreseen.add(receipt, await foresee(session, receipt, rules, assumed, now=now))
        except RulesFailed:
            foreseen.looked_at, foreseen.broken = foreseen.looked_at + 1, foreseen.broken + 1
        finally:
            # What deciding has locked for one receipt is not held while others are looked at.
            await trial.rollback()
    return foreseen
