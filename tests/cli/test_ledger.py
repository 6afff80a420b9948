"""`paragon ledger` recomputes the books, seals them, finds what was changed since, and does what is due."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from backend.ledger import service as ledger
from backend.ledger.seals import seal
from tests.cli.conftest import Paragon
from tests.fixtures.world import World

_RAISE = "update ledger_entry set amount = amount + 1 where tenant_id = $1 and seq is not null"


@pytest.fixture
async def slug(world: World) -> str:
    """A tenant in which Mira earned 100 points long ago, valid for 30 days, and 20 now."""
    now = datetime.now(UTC)
    async with world.database.transaction(world.tenant_id) as session:
        await (await session.connection()).exec_driver_sql("update programme set points_valid_days = 30")
        for reference, points, age in (("receipt:1", 100, 40), ("receipt:2", 20, 20)):
            await ledger.earn(
                session,
                tenant_id=world.tenant_id,
                programme_id=world.programme_id,
                member_id=world.mira.id,
                points=points,
                reference=reference,
                event_at=now,
                now=now - timedelta(days=age),
            )
    return world.tenant_id.hex


@pytest.fixture
async def changed(slug: str, world: World, owner_url: str) -> str:
    """The same tenant, sealed, and with an amount that somebody raised past every trigger."""
    await seal(world.database, world.tenant_id)
    connection = await asyncpg.connect(owner_url)
    try:
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(_RAISE, world.tenant_id)
    finally:
        await connection.close()
    return slug


def test_points_expire_and_members_are_told_by_command(installed: Paragon, slug: str) -> None:
    done = installed("ledger", "expire", "--tenant", slug, "--json").value
    assert done == {"holds": 0, "wallets": 1, "warnings": 1}
    assert "lost points: 0. Members told: 0" in installed("ledger", "expire", "--tenant", slug).out


def test_right_books_are_right(installed: Paragon, slug: str) -> None:
    found = installed("ledger", "verify", "--tenant", slug, "--json")
    assert (found.status, found.value[0]["entries"], found.value[0]["fault"]) == (0, 4, None)
    assert "right, 4 entries" in installed("ledger", "verify", "--tenant", slug).out


def test_sealed_books_are_as_they_were_sealed(installed: Paragon, slug: str) -> None:
    (sealed,) = installed("ledger", "seal", "--tenant", slug, "--json").value
    assert (sealed["made"], sealed["seal"]) == (1, 1)
    assert installed("ledger", "audit", "--tenant", slug, "--head", f"1:{sealed['head']}").status == 0
    assert sealed["head"] in installed("ledger", "seal", "--tenant", slug).out


def test_a_changed_row_fails_verify_and_audit_by_name(installed: Paragon, changed: str) -> None:
    wrong = installed("ledger", "verify", "--tenant", changed, "--json")
    assert wrong.status == 1
    assert "sum to 1" in wrong.value[0]["fault"]
    audited = installed("ledger", "audit", "--tenant", changed, "--json")
    assert audited.status == 1
    assert audited.value[0]["transfer"] in audited.value[0]["fault"]


def test_a_head_needs_its_tenant_and_must_still_be_there(installed: Paragon, slug: str) -> None:
    assert installed("ledger", "audit", "--head", "1:ab").status == 2
    cut = installed("ledger", "audit", "--tenant", slug, "--head", f"7:{'ab' * 32}", "--json")
    assert (cut.status, cut.value[0]["fault"]) == (1, "seal 7 is missing")
