"""`paragon events prune` says what would go, and lets it go."""

from datetime import UTC, datetime, timedelta

import pytest

from backend.events.service import note
from tests.cli.conftest import Paragon
from tests.fixtures.world import World


@pytest.fixture
async def told(world: World) -> World:
    """A member who was told something 40 days ago, and something now."""
    now = datetime.now(UTC)
    for age in (40, 0):
        async with world.database.transaction(world.tenant_id) as session:
            note(
                session,
                tenant_id=world.tenant_id,
                member_id=world.mira.id,
                kind="points-changed",
                data={},
                now=now - timedelta(days=age),
            )
    return world


def test_old_events_are_counted_and_then_deleted(installed: Paragon, told: World) -> None:
    installed("events", "prune", "--older-than", "41d")
    assert installed("events", "prune", "--older-than", "39d", "--dry-run", "--json").value == {
        "events": 1,
        "deleted": False,
    }
    assert "to delete: 1" in installed("events", "prune", "--older-than", "930h", "--dry-run").out
    assert installed("events", "prune", "--older-than", "39d", "--json").value == {"events": 1, "deleted": True}
    assert "deleted: 0" in installed("events", "prune", "--older-than", "39d").out
    assert told.mira.id


@pytest.mark.parametrize("age", ["30", "0d", "-1d", "1w", "٣d", "1.5d", "999999d"])
def test_an_age_that_is_none_is_refused(paragon: Paragon, age: str) -> None:
    ran = paragon("events", "prune", f"--older-than={age}", "--json")
    assert (ran.status, ran.value["code"]) == (2, "bad-arguments")
