"""Questions about deliveries."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.delivery.models import Delivery
from backend.members.models import Member
from backend.messages.models import Message
from backend.programmes import queries as programmes


@dataclass(frozen=True, slots=True)
class ConsoleMessage:
    """A delivery as the message console shows it; the time is in the tenant's time zone."""

    event: str
    language: str
    title: str
    body: str
    channel: str
    state: str
    created_at: datetime
    member: str


async def recent(session: AsyncSession, tenant_id: UUID, limit: int) -> list[ConsoleMessage]:
    """The tenant's last deliveries, the newest first."""
    zone = ZoneInfo((await programmes.tenant(session, tenant_id)).time_zone)
    rows = await session.exec(
        select(Delivery, Message.event, Member.name)
        .join(Message, and_(col(Message.tenant_id) == Delivery.tenant_id, col(Message.id) == Delivery.message_id))
        .join(Member, and_(col(Member.tenant_id) == Message.tenant_id, col(Member.id) == Message.member_id))
        .where(Delivery.tenant_id == tenant_id)
        .order_by(col(Delivery.id).desc())
        .limit(limit)
    )
    return [
        ConsoleMessage(
            event=event,
            language=delivery.language,
            title=delivery.title,
            body=delivery.body,
            channel=delivery.channel,
            state=delivery.state,
            created_at=delivery.created_at.astimezone(zone),
            member=name,
        )
        for delivery, event, name in rows
    ]
