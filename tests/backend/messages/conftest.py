"""A member of a fresh tenant."""

from datetime import UTC, datetime

import pytest

from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.members.models import Member
from backend.programmes.models import Tenant

NOW = datetime(2026, 11, 22, 20, 5, 7, tzinfo=UTC)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
async def member(database: Database) -> Member:
    tenant = Tenant(slug=f"t-{new_id()}", name="Prva", time_zone="Europe/Belgrade", language="sr-Latn", created_at=NOW)
    jelena = Member(tenant_id=tenant.id, name="Jelena", language="sr-Latn", phone_hash=tenant.id.bytes, created_at=NOW)
    async with database.transaction(tenant.id) as session:
        session.add(tenant)
        await session.flush()  # the member points to it, and no mapped relationship orders the two
        session.add(jelena)
    return jelena
