"""A campaign drafted from a template, as anybody drafts one."""

from dataclasses import replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.service import Header, draft
from backend.campaigns.templates.building import content_of
from backend.campaigns.templates.contract import Template
from backend.campaigns.timeline import Timeline
from backend.kit.audit import Actor
from backend.promotions.documents import MalformedDocument
from backend.promotions.parameters import Fault


async def draft_from(
    session: AsyncSession, actor: Actor, header: Header, template: type[Template], parameters: object, *, now: datetime
) -> Timeline:
    """A new campaign whose promotions have its code as their id; it gives nothing until it is started.

    Raises MalformedDocument with the faults of the parameters, or at `/code` when a promotion of another campaign has
    that id, and CampaignExists.
    """
    content = content_of(template, parameters, own=header.code, name=header.name)
    try:
        return await draft(session, actor, replace(header, template=template.code), content, now=now)
    except MalformedDocument as error:
        taken = Fault("/code", "is the id of a promotion of another campaign of the programme")
        raise MalformedDocument((taken,)) from error
