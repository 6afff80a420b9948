"""A member of a fresh tenant who is to be told something, and a channel that does as it is told."""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from sqlmodel import col, select

from backend.delivery.jobs import DeliveryServices
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.kit.jobs import Job, JobRow
from backend.members.models import Member
from backend.messages import service as messages
from backend.programmes.models import Tenant
from notifications.channel import Accepted, Address, Rendered

NOW = datetime(2026, 11, 22, 20, 5, 7, tzinfo=UTC)


@dataclass
class FakeChannel:
    """Keeps what it was asked to send; raises the prepared answers first, then accepts."""

    code: str = "console"
    answers: deque[Exception] = field(default_factory=deque)
    sent: list[tuple[Rendered, Address, str]] = field(default_factory=list)
    meanwhile: Callable[[], Awaitable[None]] | None = None

    async def send(self, rendered: Rendered, address: Address, *, idempotency_key: str) -> Accepted:
        self.sent.append((rendered, address, idempotency_key))
        if self.meanwhile is not None:
            await self.meanwhile()
        if self.answers:
            raise self.answers.popleft()
        return Accepted(provider_id=f"p-{len(self.sent)}")

    @property
    def keys(self) -> list[str]:
        return [key for _, _, key in self.sent]


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def channel() -> FakeChannel:
    return FakeChannel()


@pytest.fixture
def services(database: Database, channel: FakeChannel) -> DeliveryServices:
    return DeliveryServices(database=database, channels={channel.code: channel}, clock=lambda: NOW)


@pytest.fixture
async def member(database: Database) -> Member:
    tenant = Tenant(slug=f"t-{new_id()}", name="Prva", time_zone="Europe/Belgrade", language="sr-Latn", created_at=NOW)
    ivana = Member(tenant_id=tenant.id, name="Ivana", language="hr", phone_hash=tenant.id.bytes, created_at=NOW)
    async with database.transaction(tenant.id) as session:
        session.add(tenant)
        await session.flush()  # the member points to it, and no mapped relationship orders the two
        session.add(ivana)
    return ivana


@pytest.fixture
def tell(database: Database, member: Member) -> Callable[..., Awaitable[Job]]:
    """Write a message to the member and return the job that delivers it."""

    async def write(event: str = "receipt-waiting", **params: object) -> Job:
        async with database.transaction(member.tenant_id) as session:
            await messages.write(
                session,
                tenant_id=member.tenant_id,
                member_id=member.id,
                event=event,
                params=params or {"total_minor": 123_450, "currency": "RSD"},
                reference=f"test:{new_id()}",
                now=NOW,
            )
            newest = select(JobRow).order_by(col(JobRow.id).desc()).limit(1)
            row = (await session.exec(newest)).one()
            return Job(id=row.id, tenant_id=row.tenant_id, kind=row.kind, subject=row.subject, attempts=1)

    return write
