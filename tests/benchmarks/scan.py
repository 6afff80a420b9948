"""Receipts over HTTP: how many are taken, beside what the server could do at most, and how soon each is settled.

Two parts. `submit` sends as many as are answered, on disk and in memory, beside pgbench. Then the demo's own processes
run (one serves the API, one runs jobs, one is the authority) and slips are submitted at a fixed rate: the load is open,
slips are sent when they are due, however slow the answers are, and every time counts from when the slip was due. The
client shares the machine. Slips are submitted by their text; reading pictures is the benchmark `qr`.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from statistics import median
from uuid import UUID

import asyncpg
import httpx

from backend.demo.processes import WORKER, Addresses, running
from backend.demo.seed import seed
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.embedded import EmbeddedServer
from backend.members.tokens import Caller, issue_token
from backend.postgres import database_urls, make_ready
from backend.settings import Settings
from tests.benchmarks.load import Connections, request
from tests.benchmarks.processes import cpu_seconds, postmaster
from tests.benchmarks.report import Goal, Report, Row, Say, Size, number, percentile
from tests.benchmarks.server import MEMORY, server_version, temporary_server
from tests.benchmarks.submit import Compared, compare, environment

Pids = tuple[int, int, int, int]

_SLIPS = {Size.FULL: 500, Size.TINY: 4}
_WARM_UP = {Size.FULL: 40, Size.TINY: 2}
_ROUNDS = {Size.FULL: 3, Size.TINY: 1}
_MEMBERS = 64
_GAP_S = 1 / 50
_LOOK_EVERY_S = 0.05
_PATIENCE_S = 30
_TOKEN_LIFE = timedelta(hours=1)
_DISK_GOAL, _MEMORY_GOAL, _SETTLED_MS_GOAL, _SETTLED_PERCENT_GOAL = 0.25, 0.2, 500, 100


@dataclass(frozen=True, slots=True)
class Stage:
    """What runs: a client of the authority and one of the API, where receipts go, members' tokens, a look at the table."""

    playground: httpx.AsyncClient
    api: Connections
    receipts: str
    tokens: list[str]
    looker: asyncpg.Connection


@dataclass(frozen=True, slots=True)
class Round:
    """Milliseconds from when each slip was due, to the answer and to being settled, and how many were settled.

    A refused submission is answered, too. One that is never settled counts with the length of the round. `cpu_us` is
    what one slip took of the processors: of the API, of the jobs, of the authority and of the server.
    """

    submit_ms: list[float]
    settled_ms: list[float]
    settled: int
    cpu_us: tuple[float, float, float, float]


def run(size: Size, say: Say) -> Report:
    """Measure on servers of their own; Paragon's settings are the defaults, whatever the environment says."""
    disk = compare(None, size, say)
    memory = compare(MEMORY, size, say)
    with temporary_server() as (server, data_dir), environment({"PARAGON_DATA_DIR": str(data_dir)}):
        say("starting the API and the authority")
        tokens = asyncio.run(_prepare())
        with running(data_dir / "benchmark.log", jobs_apart=True) as addresses:
            pids = (
                addresses.processes[addresses.api].pid,
                addresses.processes[WORKER].pid,
                addresses.processes[addresses.playground].pid,
                postmaster(data_dir),
            )
            rounds, postgres = asyncio.run(_measure(server, addresses, pids, tokens, size, say))
    return _report(disk, memory, rounds, _SLIPS[size], postgres)


async def _prepare() -> list[str]:
    """The demo's tenant; its members' tokens."""
    settings = Settings()
    key, now = settings.token_key(), utc_now()
    with database_urls(settings) as urls:
        await make_ready(urls)
        database = Database(urls.app, connections_max=1)
        try:
            tenant = await seed(database, members=_MEMBERS, key=key, now=now)
        finally:
            await database.close()
    callers = (Caller(tenant.tenant_id, member.id) for member in tenant.members)
    return [issue_token(key, caller, expires_at=now + _TOKEN_LIFE) for caller in callers]


async def _measure(
    server: EmbeddedServer, addresses: Addresses, pids: Pids, tokens: list[str], size: Size, say: Say
) -> tuple[list[Round], str]:
    rounds = []
    async with _stage(server, addresses, tokens) as stage:
        say("warming up")
        await _submit_all(stage, pids, _WARM_UP[size])
        for number in range(_ROUNDS[size]):
            say(f"scans, round {number + 1} of {_ROUNDS[size]}: {_SLIPS[size]} slips")
            rounds.append(await _submit_all(stage, pids, _SLIPS[size]))
    return rounds, await server_version(server.owner_url)


@asynccontextmanager
async def _stage(server: EmbeddedServer, addresses: Addresses, tokens: list[str]) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        playground = await stack.enter_async_context(httpx.AsyncClient(base_url=addresses.playground))
        api = Connections(addresses.api)
        stack.callback(api.close)
        looker = await asyncpg.connect(server.owner_url)
        stack.push_async_callback(looker.close)
        yield Stage(playground, api, f"{addresses.api}/api/v1/receipts", tokens, looker)


async def _submit_all(stage: Stage, pids: Pids, slips: int) -> Round:
    """Submit so many slips at the rate, by the members in turn, and watch until they are settled."""
    payloads = [(await stage.playground.post("/playground/issue")).json()["payload"] for _ in range(slips)]
    before = [cpu_seconds(pid) for pid in pids]
    loop = asyncio.get_running_loop()
    begun = loop.time()
    due_at: dict[UUID, float] = {}

    async def submit(number: int, payload: str) -> float:
        due = begun + number * _GAP_S
        await asyncio.sleep(due - loop.time())
        body = json.dumps({"payload": payload}).encode()
        bearer = f"Bearer {stage.tokens[number % len(stage.tokens)]}"
        status, answer = await stage.api.post(request(stage.receipts, body, Authorization=bearer))
        answered = loop.time()
        if status == HTTPStatus.ACCEPTED:
            due_at[UUID(json.loads(answer)["id"])] = due
        return (answered - due) * 1000

    submitting = asyncio.gather(*(submit(number, payload) for number, payload in enumerate(payloads)))
    settled_at = await _watch(stage.looker, due_at, submitting)
    submit_ms = await submitting
    settled_ms = [(at - due_at[receipt]) * 1000 for receipt, at in settled_at.items()]
    never = [(loop.time() - begun) * 1000] * (slips - len(settled_ms))
    api, jobs, authority, server = (
        (cpu_seconds(pid) - then) * 1_000_000 / slips for pid, then in zip(pids, before, strict=True)
    )
    return Round(submit_ms, settled_ms + never, len(settled_ms), (api, jobs, authority, server))


async def _watch(
    looker: asyncpg.Connection, due_at: dict[UUID, float], submitting: asyncio.Future[list[float]]
) -> dict[UUID, float]:
    """When each accepted receipt was seen settled; patience ends so long after the last answer."""
    loop = asyncio.get_running_loop()
    seen: dict[UUID, float] = {}
    last_answer_at = loop.time()
    while not submitting.done() or len(seen) < len(due_at):
        if not submitting.done():
            last_answer_at = loop.time()
        elif loop.time() > last_answer_at + _PATIENCE_S:
            break
        waiting = [receipt for receipt in due_at if receipt not in seen]
        rows = await looker.fetch("select id from receipt where id = any($1) and state = 'settled'", waiting)
        seen.update((row["id"], loop.time()) for row in rows)
        await asyncio.sleep(_LOOK_EVERY_S)
    return seen


def _report(disk: Compared, memory: Compared, rounds: list[Round], slips: int, postgres: str) -> Report:
    submitted = _row("submitted at the rate", [taken.submit_ms for taken in rounds])
    settled = _row("settled at the rate", [taken.settled_ms for taken in rounds])
    settled_percent = 100 * sum(taken.settled for taken in rounds) / (slips * len(rounds))
    api_us, jobs_us, authority_us, server_us = (
        median(figures) for figures in zip(*(one.cpu_us for one in rounds), strict=True)
    )
    return Report(
        rows=[
            *_sides("on disk", disk),
            *_sides("in memory", memory),
            submitted,
            settled
            | {
                "api_cpu_us_each": api_us,
                "jobs_cpu_us_each": jobs_us,
                "authority_cpu_us_each": authority_us,
                "server_cpu_us_each": server_us,
            },
        ],
        ratios={"submit_disk_to_pgbench": disk.ratio, "submit_shm_to_pgbench": memory.ratio},
        goals={
            "submit_ratio_disk": Goal(disk.ratio, "at least", _DISK_GOAL),
            "submit_ratio_shm": Goal(memory.ratio, "at least", _MEMORY_GOAL),
            "settle_p99_ms": Goal(number(settled, "ms_p99"), "at most", _SETTLED_MS_GOAL),
            "settled_percent": Goal(settled_percent, "at least", _SETTLED_PERCENT_GOAL),
        },
        notes=[
            "Submitted: as many as are answered after the commit, each by a member's token under a key of its own.",
            "pgbench posts the same statements, turn by turn on the same server; the best turn of each side counts.",
            f"At the rate: {slips} slips a round at {round(1 / _GAP_S)} a second by {_MEMBERS} members.",
            f"Medians of {len(rounds)} rounds, but for the worst.",
            f"Settled is seen in the table within {round(_LOOK_EVERY_S * 1000)} ms; messages are sent meanwhile.",
            f"One refused, or unsettled {_PATIENCE_S} s after the last answer, counts with the length of the round.",
            "Clients, API, jobs, authority and database share this machine.",
            "Excluded: issuing the slips, starting the processes, a smaller round to warm up.",
        ],
        libraries=["litestar", "granian", "sqlalchemy", "asyncpg"],
        postgres=postgres,
    )


def _sides(where: str, compared: Compared) -> list[Row]:
    ours, theirs = compared.ours, compared.theirs
    return [
        {
            "what": f"submitted {where}",
            "a_second": ours.a_second,
            "clients": ours.clients,
            "api_cpu_us_each": ours.api_us,
            "server_cpu_us_each": ours.server_us,
        },
        {"what": f"pgbench {where}", "a_second": theirs.a_second, "clients": theirs.clients},
    ]


def _row(what: str, rounds: list[list[float]]) -> Row:
    return {
        "what": what,
        "ms_p50": median(percentile(taken, 50) for taken in rounds),
        "ms_p99": median(percentile(taken, 99) for taken in rounds),
        "ms_p99_worst": max(percentile(taken, 99) for taken in rounds),
    }
