"""Campaigns: compose, change, start, pause and end. An account of one partner sees and makes that partner's alone."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from backend.campaigns import service
from backend.campaigns.content import KEYS
from backend.campaigns.overview import one, overview
from backend.campaigns.service import Header
from backend.kit.clock import utc_now
from backend.programmes.queries import programme_called, tenant
from backend.staff.login import Staff
from backend.staff_api.campaign_shapes import (
    CampaignChange,
    CampaignDraft,
    CampaignRow,
    CampaignTurnTaken,
    CampaignView,
    ContentTaken,
)
from backend.staff_api.campaign_views import campaign_row, campaign_view
from backend.staff_api.common import problems
from backend.staff_api.context import StaffContext
from backend.staff_api.guard import needs

TAG = "Campaigns"
Group = Annotated[str | None, QueryParameter(min_length=1, max_length=200, description="Those of one group alone.")]


@get(
    "/campaigns",
    opt=needs("campaign.read"),
    operation_id="listCampaigns",
    tags=[TAG],
    summary="List campaigns",
    responses=problems(),
)
async def list_campaigns(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], group: Group = None
) -> list[CampaignRow]:
    """Every campaign with state and validity, the oldest first."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = await overview(session, staff.tenant_id, partner_id=staff.partner_id, group=group, now=utc_now())
    return [campaign_row(shown) for shown in found]


@post(
    "/campaigns",
    opt=needs("campaign.manage"),
    operation_id="draftCampaign",
    tags=[TAG],
    summary="Draft a campaign",
    responses=problems("malformed-document", "programme-not-found", "campaign-exists"),
)
async def draft_campaign(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], data: JSONBody[CampaignDraft]
) -> CampaignView:
    """Make a campaign that gives nothing until it is started."""
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        programme = await programme_called(session, staff.tenant_id, data.programme)
        header = Header(data.code, data.name, programme.id, data.group, staff.partner_id)
        found = await service.draft(session, staff.actor, header, _content(data), now=now)
        return campaign_view(*await one(session, staff.tenant_id, found.campaign.id, now=now))


@get(
    "/campaigns/{campaign_id:uuid}",
    opt=needs("campaign.read"),
    operation_id="getCampaign",
    tags=[TAG],
    summary="Show a campaign",
    responses=problems("campaign-not-found"),
)
async def get_campaign(
    staff: NamedDependency[Staff], context: NamedDependency[StaffContext], campaign_id: FromPath[UUID]
) -> CampaignView:
    """One campaign: every revision with what it changed, every turn, and what is left of its budgets."""
    async with context.database.transaction(staff.tenant_id) as session:
        found = await one(session, staff.tenant_id, campaign_id, partner_id=staff.partner_id, now=utc_now())
    return campaign_view(*found)


@put(
    "/campaigns/{campaign_id:uuid}",
    opt=needs("campaign.manage"),
    operation_id="changeCampaign",
    tags=[TAG],
    summary="Change a campaign",
    responses=problems(
        "malformed-document",
        "campaign-not-found",
        "campaign-state-refused",
        "correction-unexplained",
        "budget-spent",
    ),
)
async def change_campaign(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    campaign_id: FromPath[UUID],
    data: JSONBody[CampaignChange],
) -> CampaignView:
    """Let the campaign say something else for purchases from a moment on; earlier receipts keep the earlier rule."""
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        await service.change(
            session,
            staff.actor,
            campaign_id,
            _content(data),
            partner_id=staff.partner_id,
            holds_from=data.holds_from,
            note=data.note,
            now=now,
        )
        return campaign_view(*await one(session, staff.tenant_id, campaign_id, now=now))


@post(
    "/campaigns/{campaign_id:uuid}/turns",
    opt=needs("campaign.manage"),
    status_code=200,
    operation_id="turnCampaign",
    tags=[TAG],
    summary="Start, pause, resume or end",
    responses=problems("campaign-not-found", "campaign-state-refused"),
)
async def turn_campaign(
    staff: NamedDependency[Staff],
    context: NamedDependency[StaffContext],
    campaign_id: FromPath[UUID],
    data: JSONBody[CampaignTurnTaken],
) -> CampaignView:
    """Start the campaign, pause it, resume it by starting it again, or end it for good."""
    async with context.database.transaction(staff.tenant_id) as session:
        now = utc_now()
        await service.turn(
            session,
            staff.actor,
            campaign_id,
            data.turned,
            partner_id=staff.partner_id,
            since=data.since,
            time_zone=(await tenant(session, staff.tenant_id)).time_zone,
            now=now,
        )
        return campaign_view(*await one(session, staff.tenant_id, campaign_id, now=now))


def _content(data: ContentTaken) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.to_builtins(data)
    return {key: document[key] for key in KEYS}
