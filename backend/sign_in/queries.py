"""Questions about sign-ins."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.delivery.queries import ConsoleMessage
from backend.members.contacts import parse_contact
from backend.programmes import queries as programmes
from backend.sign_in.jobs import CHANNEL, EVENT, words
from backend.sign_in.models import SignInChallenge


async def shown_codes(
    session: AsyncSession, tenant_id: UUID, *, key: bytes, limit: int, now: datetime
) -> list[ConsoleMessage]:
    """The codes that were sent and are good still, the newest first, where the installation shows codes at all."""
    tenant = await programmes.tenant(session, tenant_id)
    rows = await session.exec(
        select(SignInChallenge)
        .where(
            SignInChallenge.tenant_id == tenant_id,
            SignInChallenge.expires_at > now,
            col(SignInChallenge.sealed).is_not(None),
            col(SignInChallenge.sent_at).is_not(None),
        )
        .order_by(col(SignInChallenge.id).desc())
        .limit(limit)
    )
    messages = []
    for row in rows:
        assert row.sealed is not None, "the question asks for sealed ones"
        to, said = words(key, row.sealed, row, tenant.name)
        messages.append(
            ConsoleMessage(
                event=EVENT,
                language=row.language,
                title=said.title,
                body=said.body,
                channel=CHANNEL,
                state="accepted",
                created_at=row.created_at.astimezone(ZoneInfo(tenant.time_zone)),
                member=parse_contact(to).masked,
            )
        )
    return messages
