"""Jobs a second, written in a transaction each and run by one worker, beside procrastinate on the same server.

Both sides: jobs that do nothing; so many writers at once; one worker that runs so many at once; rows deleted when done;
PostgreSQL's own settings, so each commit reaches the disk. Ours goes through the unit of work that sets the tenant for
row-level security, the peer's through a bare transaction of its driver. The goal counts the whole, writing and running.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from statistics import median
from uuid import UUID

import psycopg
from procrastinate import App, PsycopgConnector

from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.embedded import OWNER_ROLE, EmbeddedServer
from backend.kit.ids import new_id
from backend.kit.jobs import Job, enqueue
from backend.migrations.runner import upgrade
from backend.worker.loop import CONCURRENCY, Worker
from tests.benchmarks.report import Goal, Report, Row, Say, Size
from tests.benchmarks.server import execute, server_version, temporary_server
from tests.benchmarks.turns import turns

_JOBS = {Size.FULL: 2_000, Size.TINY: 20}
_ROUNDS = {Size.FULL: 3, Size.TINY: 1}
_WARM_UP = {Size.FULL: 200, Size.TINY: 5}
_WRITERS = 8
_CONNECTIONS = 12
_KIND = "benchmark.nothing"
_PEER = "procrastinate"
_RATIO_GOAL = 3
_TENANT = UUID(int=1)


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds that so many jobs took to be written and to be run."""

    write_s: float
    run_s: float

    @property
    def whole_s(self) -> float:
        """Both."""
        return self.write_s + self.run_s


Side = Callable[[str, int], Awaitable[Took]]


def run(size: Size, say: Say) -> Report:
    """Measure on a server of its own."""
    # The peer warns of applications that are made in a main module.
    logging.getLogger(_PEER).setLevel(logging.ERROR)
    with temporary_server() as (server, _):
        return asyncio.run(_measure(server, size, say))


async def _measure(server: EmbeddedServer, size: Size, say: Say) -> Report:
    peer_url = server.url(role=OWNER_ROLE, database=_PEER)
    await upgrade(server.owner_url)
    await execute(server.owner_url, f"create database {_PEER}")
    async with App(connector=PsycopgConnector(conninfo=peer_url)).open_async() as app:
        await app.schema_manager.apply_schema_async()
    sides: dict[str, tuple[Side, str]] = {"paragon": (_ours, server.app_url), _PEER: (_peer, peer_url)}
    for name, (side, url) in sides.items():
        say(f"{name}: warming up")
        await side(url, _WARM_UP[size])
    taken: dict[str, list[Took]] = {name: [] for name in sides}
    for name in turns(tuple(sides), _ROUNDS[size]):
        side, url = sides[name]
        say(f"{name}: round {len(taken[name]) + 1} of {_ROUNDS[size]}, {_JOBS[size]} jobs")
        taken[name].append(await side(url, _JOBS[size]))
    return _report(taken, _JOBS[size], await server_version(server.owner_url))


async def _ours(url: str, jobs: int) -> Took:
    database = Database(url, connections_max=_CONNECTIONS)
    finished = 0

    async def write() -> None:
        async with database.transaction(_TENANT) as session:
            await enqueue(session, _KIND, _TENANT, new_id(), now=utc_now())

    async def nothing(_: Job) -> None:
        nonlocal finished
        finished += 1
        if finished == jobs:
            worker.stop()

    worker = Worker(database, {_KIND: nothing}, url=url)
    try:
        return Took(await _write_all(write, jobs), await _timed(worker.run()))
    finally:
        await database.close()


async def _peer(url: str, jobs: int) -> Took:
    connector = PsycopgConnector(conninfo=url, min_size=_CONNECTIONS, max_size=_CONNECTIONS)
    app = App(connector=connector)
    finished = 0

    @app.task(name=_KIND)
    async def nothing() -> None:
        nonlocal finished
        finished += 1

    async def write() -> None:
        async with connector.pool.connection() as connection:
            await nothing.configure(connection=connection).defer_async()

    async with app.open_async():
        write_s = await _write_all(write, jobs)
        work = app.run_worker_async(
            wait=False, concurrency=CONCURRENCY, delete_jobs="always", install_signal_handlers=False
        )
        run_s = await _timed(work)
    assert finished == jobs, "the peer's worker ends when nothing is left"
    return Took(write_s, run_s)


async def _write_all(write: Callable[[], Awaitable[None]], jobs: int) -> float:
    left = iter(range(jobs))

    async def writer() -> None:
        for _ in left:
            await write()

    return await _timed(asyncio.gather(*(writer() for _ in range(_WRITERS))))


async def _timed(work: Awaitable[object]) -> float:
    begun = time.perf_counter()
    await work
    return time.perf_counter() - begun


def _report(taken: dict[str, list[Took]], jobs: int, postgres: str) -> Report:
    ours, theirs = taken["paragon"], taken[_PEER]
    whole = median(took.whole_s for took in theirs) / median(took.whole_s for took in ours)
    return Report(
        rows=[_row(who, rounds, jobs) for who, rounds in taken.items()],
        ratios={
            "whole_to_procrastinate": whole,
            "write_to_procrastinate": median(took.write_s for took in theirs) / median(took.write_s for took in ours),
            "run_to_procrastinate": median(took.run_s for took in theirs) / median(took.run_s for took in ours),
        },
        goals={"ratio_to_procrastinate": Goal(whole, "at least", _RATIO_GOAL)},
        notes=[
            f"{jobs} jobs a round written by {_WRITERS} writers, run {CONCURRENCY} at once; median of {len(ours)} rounds.",
            "Ratios are of jobs a second, ours to the peer's; the goal counts writing and running together.",
            "Excluded: making the databases, opening the peer's pool, one smaller round of each side to warm up.",
            f"The peer's driver is psycopg's {psycopg.pq.__impl__} implementation; ours is asyncpg.",
        ],
        libraries=["asyncpg", "sqlalchemy", _PEER, "psycopg"],
        postgres=postgres,
    )


def _row(who: str, rounds: list[Took], jobs: int) -> Row:
    return {
        "who": who,
        "written_per_s": jobs / median(took.write_s for took in rounds),
        "run_per_s": jobs / median(took.run_s for took in rounds),
        "whole_s_median": median(took.whole_s for took in rounds),
        "whole_s_best": min(took.whole_s for took in rounds),
        "whole_s_worst": max(took.whole_s for took in rounds),
    }
