"""A member of a fresh tenant, and ways to note events for them."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest

from backend.events.hub import EventHub
from backend.events.service import note
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.kit.wake import Announcer
from backend.members.models import Member
from backend.programmes.models import Tenant

NOW = datetime(2026, 11, 22, 20, 5, 7, tzinfo=UTC)
Join = Callable[[], Awaitable[Member]]


@pytest.fixture
async def join(database: Database) -> Join:
    """A new member of a tenant of their own."""

    async def joined() -> Member:
        tenant = Tenant(slug=f"t-{new_id()}", name="Prva", time_zone="UTC", language="sr-Latn", created_at=NOW)
        someone = Member(
            tenant_id=tenant.id, name="Ana", language="sr-Latn", phone_hash=tenant.id.bytes, created_at=NOW
        )
        async with database.transaction(tenant.id) as session:
            session.add(tenant)
            await session.flush()  # the member points to it, and no mapped relationship orders the two
            session.add(someone)
        return someone

    return joined


@pytest.fixture
async def member(join: Join) -> Member:
    return await join()


@pytest.fixture
async def announced(app_url: str) -> AsyncIterator[Database]:
    """The database, whose commits wake those who listen."""
    announcer = Announcer(app_url)
    opened = Database(app_url, connections_max=20, announce=announcer.poke)
    yield opened
    await announcer.close()
    await opened.close()


@pytest.fixture
async def hub(database: Database, app_url: str) -> EventHub:
    return EventHub(database, app_url, streams_max=4, member_streams_max=2)


async def tell(database: Database, member: Member, *receipts: str) -> None:
    """Note events that are told apart by their receipts, in one transaction."""
    async with database.transaction(member.tenant_id) as session:
        for receipt in receipts:
            note(
                session,
                tenant_id=member.tenant_id,
                member_id=UUID(str(member.id)),
                kind="receipt-settled",
                data={"receipt": receipt},
                now=NOW,
            )
