"""Starting campaigns."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.models import Campaign
from backend.campaigns.queries import live_campaigns, promotions_of
from backend.programmes.service import touch_rules


async def start(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    code: str,
    name: str,
    promotions: list[dict[str, Any]],
    now: datetime,
) -> Campaign:
    """A campaign that holds from now on.

    Raises MalformedDocument when a promotion is no promotion, or repeats the id of one that holds already.
    """
    campaign = Campaign(
        tenant_id=tenant_id,
        programme_id=programme_id,
        code=code,
        name=name,
        state="live",
        version=1,
        promotions=promotions,
        created_at=now,
    )
    promotions_of([*await live_campaigns(session, tenant_id, programme_id), campaign])
    session.add(campaign)
    await touch_rules(session, tenant_id)
    return campaign
