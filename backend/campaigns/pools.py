"""What is left of a promotion's total uses and of its budget, in slots that no two takers need to share.

Exactly what was put in can be taken out, never more; whoever takes from several pools takes them in the order of their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.content import WHOLE, pools_of
from backend.campaigns.errors import BudgetSpent
from backend.campaigns.models import Campaign, CampaignPool, CampaignSlot, PromotionUse

SLOTS = 32
"""More than there are workers that settle at once; reading what is left reads so many rows."""
_TAKE = text("select public.campaign_pool_take(:tenant, :campaign, :promotion, :kind, :units, :nearest, :may_wait)")
_PUT = text("select public.campaign_pool_put(:tenant, :campaign, :promotion, :kind, :units)")
_SET = text("select public.campaign_pool_set(:tenant, :campaign, :promotion, :kind, :units, :slots)")


class PoolName(NamedTuple):
    """Which pool; an empty promotion is the whole campaign's, kinds are `uses` and `value`."""

    campaign_id: UUID
    promotion: str
    kind: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What may be given in all, what is left, and what is held for receipts that wait; value in hundredths."""

    pool: PoolName
    total: int
    left: int
    held: int

    @property
    def used(self) -> int:
        """What was given and not put back."""
        return self.total - self.left - self.held


async def open_for(session: AsyncSession, campaign: Campaign, content: dict[str, Any]) -> None:
    """Give the pools of a content their totals; what was used stays used. Raises BudgetSpent.

    The totals bind from now on, be the content one that holds later.
    """
    await session.flush()  # a pool points to its campaign
    for (promotion, kind), units in sorted(pools_of(content).items()):
        name = PoolName(campaign.id, promotion, kind)
        if not await _ask(session, _SET, campaign.tenant_id, name, units=units, slots=SLOTS):
            raise BudgetSpent(promotion=promotion or campaign.code)


async def take(
    session: AsyncSession, tenant_id: UUID, name: PoolName, units: int, *, nearest: int, may_wait: bool
) -> bool:
    """Whether so many units were taken. `nearest` chooses the slot that is tried first.

    With `may_wait` it finds the last units too, and waits for those who take at the same time; else it waits for nobody.
    """
    return units == 0 or await _ask(
        session, _TAKE, tenant_id, name, units=units, nearest=nearest % SLOTS, may_wait=may_wait
    )


async def put_back(session: AsyncSession, tenant_id: UUID, name: PoolName, units: int) -> None:
    """Put units back; waits for nobody."""
    if units:
        await _ask(session, _PUT, tenant_id, name, units=units)


async def lefts(session: AsyncSession, tenant_id: UUID, campaign_ids: Sequence[UUID]) -> dict[PoolName, int]:
    """What is left in every pool of those campaigns, uncommitted takes of others not counted."""
    found = await session.exec(
        select(CampaignSlot.campaign_id, CampaignSlot.promotion, CampaignSlot.kind, func.sum(CampaignSlot.left_units))
        .where(CampaignSlot.tenant_id == tenant_id, col(CampaignSlot.campaign_id).in_(campaign_ids))
        .group_by(col(CampaignSlot.campaign_id), col(CampaignSlot.promotion), col(CampaignSlot.kind))
    )
    return {PoolName(campaign, promotion, kind): int(left) for campaign, promotion, kind, left in found}


async def standings(session: AsyncSession, tenant_id: UUID, campaign_id: UUID) -> list[Standing]:
    """How every pool of the campaign stands."""
    left = await lefts(session, tenant_id, [campaign_id])
    held = await _held(session, tenant_id, campaign_id)
    pools = await session.exec(
        select(CampaignPool)
        .where(CampaignPool.tenant_id == tenant_id, CampaignPool.campaign_id == campaign_id)
        .order_by(col(CampaignPool.promotion), col(CampaignPool.kind))
    )
    return [
        Standing(name, pool.total_units, left.get(name, 0), held.get(name, 0))
        for pool in pools
        for name in [PoolName(campaign_id, pool.promotion, pool.kind)]
    ]


async def _held(session: AsyncSession, tenant_id: UUID, campaign_id: UUID) -> dict[PoolName, int]:
    held: dict[PoolName, int] = {}
    for use in await session.exec(
        select(PromotionUse).where(
            PromotionUse.tenant_id == tenant_id, PromotionUse.campaign_id == campaign_id, PromotionUse.state == "held"
        )
    ):
        for name, units in taken_by(use):
            held[name] = held.get(name, 0) + units
    return held


def taken_by(use: PromotionUse) -> list[tuple[PoolName, int]]:
    """What a use took from which pools; `pools` names them as `own-uses`, `all-value`."""
    taken = []
    for pool in use.pools:
        whose, _, kind = pool.partition("-")
        units = 1 if kind == "uses" else use.value_centi - use.returned_centi
        taken.append((PoolName(use.campaign_id, WHOLE if whose == "all" else use.promotion, kind), units))
    return taken


async def _ask(session: AsyncSession, question: Any, tenant_id: UUID, name: PoolName, **rest: int | bool) -> bool:  # noqa: ANN401 (a prepared text)
    values = {"tenant": tenant_id, "campaign": name.campaign_id, "promotion": name.promotion, "kind": name.kind, **rest}
    return bool((await (await session.connection()).execute(question, values)).scalar())
