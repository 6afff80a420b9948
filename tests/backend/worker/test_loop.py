"""The worker runs each job once at a time, keeps it while it lives, and gives it up when it dies."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import text

from backend.kit.clock import utc_now
from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.ids import new_id
from backend.kit.jobs import GiveUp, Job, Retry, enqueue, postpone, turn
from backend.kit.wake import Announcer
from backend.worker import loop
from backend.worker.loop import CRASHES_MAX, Worker

KIND = "test.work"

MakeWorker = Callable[[Callable[[Job], Awaitable[None]]], Worker]


@pytest.fixture
def worker_of(database: Database, app_url: str) -> MakeWorker:
    return lambda handler: Worker(database, {KIND: handler}, url=app_url)


async def _enqueue(database: Database, count: int = 1) -> list[UUID]:
    subjects = [new_id() for _ in range(count)]
    async with database.transaction(None) as session:
        for subject in subjects:
            await enqueue(session, KIND, new_id(), subject, now=utc_now())
    return subjects


async def _jobs(database: Database) -> list[Any]:
    async with database.transaction(None) as session:
        connection = await session.connection()
        return list(await connection.execute(text("select *, run_at - now() as due_in from job order by id")))


async def _change(database: Database, assignment: str) -> None:
    async with database.transaction(None) as session:
        await (await session.connection()).execute(text(f"update job set {assignment}"))  # noqa: S608 (our own words)


async def _until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await look():  # noqa: ASYNC110 (the database sets no event)
            await asyncio.sleep(0)


async def test_four_workers_handle_64_jobs_once_each(database: Database, worker_of: MakeWorker) -> None:
    runs: Counter[UUID] = Counter()
    at_work: set[UUID] = set()

    async def handler(job: Job) -> None:
        assert job.subject not in at_work
        at_work.add(job.subject)
        async with database.transaction(None) as session:
            await (await session.connection()).execute(text("select 1"))
        runs[job.subject] += 1
        at_work.discard(job.subject)

    subjects = await _enqueue(database, 64)
    handled = await asyncio.gather(*(worker_of(handler).run_due() for _ in range(4)))
    assert sum(handled) == 64
    assert runs == Counter(subjects)
    assert await _jobs(database) == []


async def test_a_job_is_taken_over_only_when_its_lease_has_run_out(database: Database, worker_of: MakeWorker) -> None:
    attempts: list[int] = []

    async def handler(job: Job) -> None:
        attempts.append(job.attempts)

    await _enqueue(database)
    (dead_workers_job,) = await turn(database, [], [KIND], limit=10)
    assert dead_workers_job.attempts == 1
    assert await worker_of(handler).run_due() == 0
    await _change(database, "leased_until = now() - interval '1 second'")
    assert await worker_of(handler).run_due() == 1
    assert attempts == [2]


async def test_who_lost_a_job_has_no_say_in_it(database: Database) -> None:
    await _enqueue(database)
    (slow,) = await turn(database, [], [KIND], limit=1)
    await _change(database, "leased_until = now() - interval '1 second'")
    (quick,) = await turn(database, [], [KIND], limit=1)
    async with database.transaction(None) as session:
        await postpone(session, slow, "too late", timedelta(0))
    (row,) = await _jobs(database)
    assert (row.state, row.attempts, row.last_error) == ("running", quick.attempts, None)


async def test_a_living_worker_keeps_its_lease(
    database: Database, worker_of: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "LEASE", timedelta(milliseconds=60))
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def handler(_: Job) -> None:
        begun.set()
        await may_end.wait()

    await _enqueue(database)
    worker = worker_of(handler)
    running = asyncio.get_running_loop().create_task(worker.run())
    await begun.wait()
    await _change(database, "leased_until = now() + interval '1 second'")

    async def renewed() -> bool:
        (row,) = await _jobs(database)
        return bool(row.leased_until > utc_now() + timedelta(seconds=5))

    await _until(renewed)
    worker.stop()
    may_end.set()
    await running
    assert await _jobs(database) == []


async def test_told_to_stop_it_finishes_what_runs_and_takes_nothing_new(
    database: Database, worker_of: MakeWorker
) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()
    handled: list[UUID] = []

    async def handler(job: Job) -> None:
        begun.set()
        await may_end.wait()
        handled.append(job.subject)

    first = await _enqueue(database)
    worker = worker_of(handler)
    running = asyncio.get_running_loop().create_task(worker.run())
    await begun.wait()
    worker.stop()
    second = await _enqueue(database)
    may_end.set()
    await running
    assert handled == first
    (left,) = await _jobs(database)
    assert (left.subject, left.state) == (second[0], "waiting")


async def test_what_takes_too_long_for_a_stop_is_handed_back_at_once_and_done_by_another(
    database: Database, worker_of: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the cut run had written is not there: its effect is the second run's alone."""
    monkeypatch.setattr(loop, "STOP_S", 0.05)
    monkeypatch.setattr(loop, "LEASE", timedelta(hours=1))
    begun, never = asyncio.Event(), asyncio.Event()
    attempts: list[int] = []

    async def handler(job: Job) -> None:
        attempts.append(job.attempts)
        async with database.transaction(None) as session:
            await enqueue(session, "test.effect", job.tenant_id, job.subject, now=utc_now())
            if len(attempts) == 1:
                begun.set()
                await never.wait()

    subjects = await _enqueue(database)
    stopped = worker_of(handler)
    running = asyncio.get_running_loop().create_task(stopped.run())
    await begun.wait()
    stopped.stop()
    await running
    (row,) = await _jobs(database)
    assert (row.state, row.attempts, row.leased_until, row.last_error) == ("waiting", 0, None, None)
    assert row.due_in <= timedelta(0)
    assert await worker_of(handler).run_due() == 1
    (effect,) = await _jobs(database)
    assert (effect.kind, effect.subject) == ("test.effect", subjects[0])
    assert attempts == [1, 1], "the run that was cut does not count"


async def test_a_crash_is_tried_again_ever_later_and_buried_in_the_end(
    database: Database, worker_of: MakeWorker
) -> None:
    async def handler(_: Job) -> None:
        raise ZeroDivisionError

    await _enqueue(database)
    worker = worker_of(handler)
    delays = []
    for attempt in range(1, CRASHES_MAX):
        assert await worker.run_due() == 1
        (row,) = await _jobs(database)
        assert (row.state, row.attempts, row.last_error) == ("waiting", attempt, "ZeroDivisionError")
        delays.append(row.due_in)
        await _change(database, "run_at = now()")
    assert delays == sorted(delays)
    assert timedelta(0) < delays[0] <= timedelta(seconds=5)
    assert await worker.run_due() == 1
    (row,) = await _jobs(database)
    assert (row.state, row.leased_until) == ("dead", None)
    assert await worker.run_due() == 0


@pytest.mark.parametrize(
    ("outcome", "state", "reason"),
    [
        (Retry("later", timedelta(hours=1)), "waiting", "later"),
        (GiveUp("hopeless"), "dead", "hopeless"),
        (DatabaseUnavailable(), "waiting", "database-unavailable"),
    ],
)
async def test_a_handlers_wish_is_recorded(
    database: Database, worker_of: MakeWorker, outcome: Exception, state: str, reason: str
) -> None:
    async def handler(_: Job) -> None:
        raise outcome

    await _enqueue(database)
    assert await worker_of(handler).run_due() == 1
    (row,) = await _jobs(database)
    assert (row.state, row.last_error) == (state, reason)
    assert row.due_in > timedelta(0) or state == "dead"


async def test_a_second_job_of_one_purpose_changes_nothing(database: Database) -> None:
    tenant, subject = new_id(), new_id()
    for _ in range(2):
        async with database.transaction(None) as session:
            await enqueue(session, KIND, tenant, subject, now=utc_now())
    assert len(await _jobs(database)) == 1


async def test_first_attempts_go_before_retries(database: Database) -> None:
    await _enqueue(database)
    (old,) = await turn(database, [], [KIND], limit=1)
    async with database.transaction(None) as session:
        await postpone(session, old, "later", timedelta(0))
    new = await _enqueue(database)
    assert [job.subject for job in await turn(database, [], [KIND], limit=1)] == new


@pytest.fixture
async def announcing(app_url: str) -> AsyncIterator[Database]:
    """A database of another process, which announces the jobs that it writes."""
    announcer = Announcer(app_url)
    database = Database(app_url, connections_max=2, announce=announcer.poke)
    yield database
    await announcer.close()
    await database.close()


async def test_an_announcement_wakes_it_without_waiting_for_the_poll(
    announcing: Database, worker_of: MakeWorker, owner_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "_POLL_S", 3600)
    handled = asyncio.Event()

    async def handler(_: Job) -> None:
        handled.set()

    worker = worker_of(handler)
    running = asyncio.get_running_loop().create_task(worker.run())
    auditor = await asyncpg.connect(owner_url)
    listeners = "select count(*) from pg_stat_activity where datname = current_database() and query ilike 'listen%'"

    async def listens() -> bool:
        return bool(await auditor.fetchval(listeners))

    await _until(listens)
    await auditor.close()
    await _enqueue(announcing)
    async with asyncio.timeout(30):
        await handled.wait()
    worker.stop()
    await running


async def test_it_survives_what_fails_outside_its_jobs(
    database: Database, worker_of: MakeWorker, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures = iter([RuntimeError("surprise"), DatabaseUnavailable()])
    handled = asyncio.Event()

    async def turn_at_last(*args: Any, **kwargs: Any) -> list[Job]:
        for failure in failures:
            raise failure
        return await turn(*args, **kwargs)

    async def handler(_: Job) -> None:
        handled.set()

    monkeypatch.setattr(loop, "turn", turn_at_last)
    monkeypatch.setattr(loop, "_POLL_S", 0)
    await _enqueue(database)
    worker = worker_of(handler)
    running = asyncio.get_running_loop().create_task(worker.run())
    async with asyncio.timeout(30):
        await handled.wait()
    worker.stop()
    await running
    assert await _jobs(database) == []
