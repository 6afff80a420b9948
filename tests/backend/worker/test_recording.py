"""Succeeded jobs are recorded together, and none is lost when that fails."""

import pytest
from sqlalchemy import text

from backend.kit.clock import utc_now
from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.ids import new_id
from backend.kit.jobs import Job, enqueue, turn
from backend.worker import loop
from backend.worker.loop import CONCURRENCY, Worker

KIND = "test.recording"


async def _nothing(_: Job) -> None:
    return


async def _enqueue(database: Database, count: int) -> None:
    async with database.transaction(None) as session:
        for _ in range(count):
            await enqueue(session, KIND, new_id(), new_id(), now=utc_now())


async def _left(database: Database) -> int:
    async with database.transaction(None) as session:
        return int(await (await session.connection()).scalar(text("select count(*) from job")) or 0)


async def test_jobs_that_ran_side_by_side_are_recorded_by_one_turn(
    database: Database, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    together: list[int] = []

    async def counting(database: Database, done: list[Job], kinds: list[str], *, limit: int) -> list[Job]:
        together.append(len(done))
        return await turn(database, done, kinds, limit=limit)

    monkeypatch.setattr(loop, "turn", counting)
    await _enqueue(database, 2 * CONCURRENCY)
    assert await Worker(database, {KIND: _nothing}, url=app_url).run_due() == 2 * CONCURRENCY
    assert together == [0, CONCURRENCY, CONCURRENCY]
    assert await _left(database) == 0


async def test_what_could_not_be_recorded_is_recorded_by_the_next_turn_and_not_run_again(
    database: Database, app_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes = iter(["away", "back"])
    ran: list[Job] = []

    async def failing_once(database: Database, done: list[Job], kinds: list[str], *, limit: int) -> list[Job]:
        if done and next(outcomes) == "away":
            raise DatabaseUnavailable
        return await turn(database, done, kinds, limit=limit)

    async def handler(job: Job) -> None:
        ran.append(job)

    monkeypatch.setattr(loop, "turn", failing_once)
    await _enqueue(database, 3)
    worker = Worker(database, {KIND: handler}, url=app_url)
    with pytest.raises(DatabaseUnavailable):
        await worker.run_due()
    assert await _left(database) == 3
    assert await worker.run_due() == 0
    assert await _left(database) == 0
    assert len(ran) == 3
