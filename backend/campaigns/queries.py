"""Questions about campaigns."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from backend.campaigns.errors import CampaignNotFound
from backend.campaigns.models import Campaign, CampaignRevision, CampaignTurn
from backend.campaigns.timeline import Rule, Timeline
from backend.programmes.queries import schemes
from backend.promotions.documents import read_promotions
from backend.promotions.promotion import Promotion
from backend.promotions.selection import Selection

Row = TypeVar("Row", CampaignRevision, CampaignTurn)


async def rules_at(session: AsyncSession, tenant_id: UUID, programme_id: UUID, at: datetime) -> list[Rule]:
    """The programme's campaigns that ran at that moment, each with the revision that held then, oldest campaign first."""
    return rules_among(await timelines(session, tenant_id, programme_id=programme_id), at)


def rules_among(found: Iterable[Timeline], at: datetime) -> list[Rule]:
    """Of campaigns that were read before, what decides a purchase of that moment."""
    rules = (timeline.rule_at(at) for timeline in found)
    return [rule for rule in rules if rule is not None]


async def timelines(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    programme_id: UUID | None = None,
    partner_id: UUID | None = None,
    group: str | None = None,
) -> list[Timeline]:
    """The tenant's campaigns with all that they said, oldest first, narrowed by whatever is named."""
    query = select(Campaign).where(Campaign.tenant_id == tenant_id)
    if programme_id is not None:
        query = query.where(Campaign.programme_id == programme_id)
    if partner_id is not None:
        query = query.where(Campaign.partner_id == partner_id)
    if group is not None:
        query = query.where(Campaign.group_label == group)
    campaigns = list(await session.exec(query.order_by(col(Campaign.id))))
    return await _with_history(session, tenant_id, campaigns)


async def timeline(
    session: AsyncSession, tenant_id: UUID, campaign_id: UUID, *, partner_id: UUID | None = None
) -> Timeline:
    """The campaign with all that it said; of one partner alone if it is named. Raises CampaignNotFound."""
    query = select(Campaign).where(Campaign.tenant_id == tenant_id, Campaign.id == campaign_id)
    return await _one(session, tenant_id, query, partner_id)


async def timeline_called(
    session: AsyncSession, tenant_id: UUID, code: str, *, partner_id: UUID | None = None
) -> Timeline:
    """The campaign of that code. Raises CampaignNotFound."""
    query = select(Campaign).where(Campaign.tenant_id == tenant_id, Campaign.code == code)
    return await _one(session, tenant_id, query, partner_id)


async def lock_campaign(
    session: AsyncSession, tenant_id: UUID, campaign_id: UUID, *, partner_id: UUID | None = None
) -> Timeline:
    """The campaign, held until the transaction ends, so that its changes come one after the other.

    Raises CampaignNotFound, for another partner's as well.
    """
    query = select(Campaign).where(Campaign.tenant_id == tenant_id, Campaign.id == campaign_id)
    return await _one(session, tenant_id, query.with_for_update(key_share=True), partner_id)


def promotions_of(rules: Iterable[Rule]) -> tuple[Promotion, ...]:
    """The rules' promotions as the engine takes them; their ids are unique in the programme.

    Raises MalformedDocument.
    """
    return read_promotions([document for rule in rules for document in rule.documents])


def name_products(promotions: tuple[Promotion, ...]) -> bool:
    """Whether any promotion names products by what barcodes lead to, so that barcodes are worth asking for."""
    return any(_by_product(promotion.items) for promotion in promotions)


def _by_product(items: Selection) -> bool:
    named = (items.gtins, items.skus, items.groups, items.brands)
    return any(named) or (items.minus is not None and _by_product(items.minus))


async def _one(
    session: AsyncSession, tenant_id: UUID, query: SelectOfScalar[Campaign], partner_id: UUID | None
) -> Timeline:
    if partner_id is not None:
        query = query.where(Campaign.partner_id == partner_id)
    row = (await session.exec(query)).one_or_none()
    if row is None:
        raise CampaignNotFound
    (found,) = await _with_history(session, tenant_id, [row])
    return found


async def _with_history(session: AsyncSession, tenant_id: UUID, campaigns: list[Campaign]) -> list[Timeline]:
    """The campaigns, in their order, each with its revisions and turns."""
    said = await schemes(session, tenant_id)
    revisions = await _history(session, CampaignRevision, tenant_id, campaigns)
    turns = await _history(session, CampaignTurn, tenant_id, campaigns)
    return [
        Timeline(row, revisions.get(row.id, []), turns.get(row.id, []), said.get(row.programme_id, []))
        for row in campaigns
    ]


async def _history(
    session: AsyncSession, model: type[Row], tenant_id: UUID, campaigns: list[Campaign]
) -> Mapping[UUID, list[Row]]:
    found = await session.exec(
        select(model)
        .where(col(model.tenant_id) == tenant_id, col(model.campaign_id).in_([row.id for row in campaigns]))
        .order_by(col(model.number))
    )
    by_campaign: dict[UUID, list[Row]] = {}
    for row in found:
        by_campaign.setdefault(row.campaign_id, []).append(row)
    return by_campaign
