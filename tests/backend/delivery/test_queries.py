"""The console's question: a tenant's last deliveries and nobody else's."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from backend.delivery.jobs import DeliveryServices, deliver
from backend.delivery.queries import recent
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.kit.jobs import Job
from backend.members.models import Member
from backend.programmes.models import Tenant

Tell = Callable[..., Awaitable[Job]]


async def test_the_newest_come_first_and_no_more_than_asked(
    services: DeliveryServices, database: Database, member: Member, tell: Tell
) -> None:
    for total in (100, 200, 300):
        await deliver(services, await tell(total_minor=total, currency="RSD"))
    async with database.transaction(member.tenant_id) as session:
        newest, older = await recent(session, member.tenant_id, 2)
    assert "3,00" in newest.body
    assert "2,00" in older.body
    assert (newest.event, newest.language, newest.member) == ("receipt-waiting", "hr", "Ivana")
    assert (newest.channel, newest.state) == ("console", "accepted")
    assert f"{newest.created_at:%H:%M:%S}" == "21:05:07", "the tenant's own time"


async def test_another_tenants_deliveries_are_not_shown(
    services: DeliveryServices, database: Database, tell: Tell, now: datetime
) -> None:
    await deliver(services, await tell())
    other = Tenant(slug=f"t-{new_id()}", name="Druga", time_zone="Europe/Zagreb", language="hr", created_at=now)
    async with database.transaction(other.id) as session:
        session.add(other)
        await session.flush()
        assert await recent(session, other.id, 10) == []
