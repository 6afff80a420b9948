"""How campaigns stand, for those who run them: state, validity, history and what is left."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.models import CampaignRevision
from backend.campaigns.pools import Standing, standings
from backend.campaigns.queries import timeline, timelines
from backend.campaigns.timeline import State, Timeline, days_of
from backend.programmes.queries import programmes, tenant


@dataclass(frozen=True, slots=True)
class Shown:
    """A campaign as it stands at a moment: `revision` holds then, or will hold first."""

    timeline: Timeline
    programme: str
    state: State
    revision: CampaignRevision
    days: tuple[date | None, date | None]


async def overview(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    partner_id: UUID | None = None,
    group: str | None = None,
    now: datetime,
) -> list[Shown]:
    """The tenant's campaigns, oldest first; of one partner, or of one group, where they are named."""
    found = await timelines(session, tenant_id, partner_id=partner_id, group=group)
    return await _shown(session, tenant_id, found, now)


async def one(
    session: AsyncSession, tenant_id: UUID, campaign_id: UUID, *, partner_id: UUID | None = None, now: datetime
) -> tuple[Shown, list[Standing]]:
    """One campaign and how its budgets stand. Raises CampaignNotFound."""
    found = await timeline(session, tenant_id, campaign_id, partner_id=partner_id)
    (shown,) = await _shown(session, tenant_id, [found], now)
    return shown, await standings(session, tenant_id, campaign_id)


async def _shown(session: AsyncSession, tenant_id: UUID, found: list[Timeline], now: datetime) -> list[Shown]:
    time_zone = (await tenant(session, tenant_id)).time_zone
    codes = {row.id: row.code for row in await programmes(session, tenant_id)}
    shown = []
    for each in found:
        revision = each.revision_at(now) or min(each.revisions, key=lambda one: one.holds_from)
        state = each.state_at(now, time_zone=time_zone)
        shown.append(Shown(each, codes[each.campaign.programme_id], state, revision, days_of(revision.content)))
    return shown
