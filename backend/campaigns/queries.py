"""Questions about campaigns."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.models import Campaign
from backend.promotions.documents import read_promotions
from backend.promotions.promotion import Promotion
from backend.promotions.selection import Selection


async def live_campaigns(session: AsyncSession, tenant_id: UUID, programme_id: UUID) -> list[Campaign]:
    """The programme's campaigns that hold, oldest first; the promotions themselves know their days."""
    found = await session.exec(
        select(Campaign)
        .where(Campaign.tenant_id == tenant_id, Campaign.programme_id == programme_id, Campaign.state == "live")
        .order_by(col(Campaign.id))
    )
    return list(found)


def promotions_of(campaigns: list[Campaign]) -> tuple[Promotion, ...]:
    """The campaigns' promotions as the engine takes them; their ids are unique in the programme."""
    return read_promotions([document for campaign in campaigns for document in campaign.promotions])


def name_products(promotions: tuple[Promotion, ...]) -> bool:
    """Whether any promotion names products by what barcodes lead to, so that barcodes are worth asking for."""
    return any(_by_product(promotion.items) for promotion in promotions)


def _by_product(items: Selection) -> bool:
    named = (items.gtins, items.skus, items.groups, items.brands)
    return any(named) or (items.minus is not None and _by_product(items.minus))
