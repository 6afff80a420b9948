"""Old events go, numbers go on, and whoever deletes beside others deletes each event once."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.events import pruning
from backend.events.pruning import prunable, prune
from backend.events.queries import kept
from backend.kit.db import Database, DatabaseUnavailable
from backend.members.models import Member
from backend.worker import upkeep
from backend.worker.upkeep import keep_up
from tests.backend.events.conftest import NOW, Join, tell

LATER = NOW + timedelta(days=8)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def _nothing_old(database: Database) -> None:
    await prune(database, older_than=LATER)


async def test_events_of_all_tenants_go_when_they_are_old_and_no_sooner(
    database: Database, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "PORTION", 2)
    members = [await join() for _ in range(3)]
    for member in members:
        await tell(database, member, "a", "b", "c")
    assert await prunable(database, older_than=NOW) == 0
    assert await prune(database, older_than=NOW) == 0
    assert await prunable(database, older_than=NOW + DAY) == 9
    assert await prune(database, older_than=NOW + DAY) == 9
    for member in members:
        async with database.transaction(member.tenant_id) as session:
            present = await kept(session, member.tenant_id, member.id)
        assert (present.first, present.last) == (4, 3)


async def test_sixteen_at_once_delete_each_event_once(
    database: Database, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "PORTION", 5)
    await tell(database, member, *(str(number) for number in range(60)))
    gone = await asyncio.gather(*(prune(database, older_than=LATER) for _ in range(16)))
    assert sum(gone) == 60
    assert await prunable(database, older_than=LATER) == 0


async def test_a_worker_prunes_when_it_starts_and_goes_on_after_a_failure(
    database: Database, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[Exception] = [DatabaseUnavailable(), ZeroDivisionError()]
    slept: list[float] = []

    async def pruning_at_last(*args: Any, **kwargs: Any) -> int:
        if failures:
            raise failures.pop()
        return await prune(*args, **kwargs)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            raise asyncio.CancelledError

    await tell(database, member, "old")
    monkeypatch.setattr(upkeep, "prune", pruning_at_last)
    monkeypatch.setattr(asyncio, "sleep", sleep)
    with pytest.raises(asyncio.CancelledError):
        await keep_up(database, events_keep=timedelta(days=7), clock=lambda: LATER)
    assert slept == [300, 300, 86_400]
    monkeypatch.undo()
    assert await prunable(database, older_than=LATER) == 0
