"""Receipts submitted over HTTP, beside pgbench posting the same statements on the same server, turn by turn.

Everything a submission needs is done: the token is checked, the code decoded and proved, what is sure evaluated, the
answer kept under its key; it is sent after the commit. No jobs run meanwhile. Both sides count by their best turn: what
else the machine does may only take away.
"""

import asyncio
import itertools
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from pathlib import Path
from uuid import UUID

import asyncpg
import uvloop

from backend.demo.processes import Addresses, await_answer, free_addresses, start, stop
from backend.demo.seed import seed
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.embedded import EmbeddedServer
from backend.members.tokens import Caller, issue_token
from backend.postgres import database_urls, make_ready
from backend.settings import Settings
from receipt_parsers.playground.authority import PlaygroundAuthority
from tests.benchmarks import pgbench
from tests.benchmarks.load import request, send
from tests.benchmarks.processes import cpu_seconds, postmaster
from tests.benchmarks.report import Say, Size
from tests.benchmarks.server import execute, temporary_server

ROUNDS = {Size.FULL: 3, Size.TINY: 1}
SECONDS = {Size.FULL: 4, Size.TINY: 1}
CLIENTS = {Size.FULL: (16, 64), Size.TINY: (2,)}
_MEMBERS = {Size.FULL: 4_000, Size.TINY: 20}
_SLIPS = {Size.FULL: 60_000, Size.TINY: 1_500}
_POSTING = Path(__file__).with_name("posting.sql")
_TOKEN_LIFE = timedelta(hours=1)
_ACCEPTED = 202
_CODE_BYTES = 390
"""Of the playground's payloads, about."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of one side: submissions a second, and the processor's microseconds for each, of API and server."""

    clients: int
    a_second: float
    api_us: float = 0
    server_us: float = 0


@dataclass(frozen=True, slots=True)
class Compared:
    """The best turn of either side."""

    ours: Turn
    theirs: Turn

    @property
    def ratio(self) -> float:
        """Our submissions to pgbench's postings."""
        return self.ours.a_second / self.theirs.a_second


@dataclass(frozen=True, slots=True)
class Crowd:
    """The tenant, and a token of each member."""

    tenant_id: UUID
    tokens: list[str]


def compare(parent: Path | None, size: Size, say: Say) -> Compared:
    """Both sides on a server with its data in that folder, or on the disk of temporary files."""
    with temporary_server(parent) as (server, data_dir), free_addresses() as addresses:
        settings = {
            "PARAGON_DATA_DIR": str(data_dir),
            "PARAGON_PLAYGROUND_URL": addresses.playground,
            "PARAGON_PENDING_RECEIPTS_MAX": "1000000",
        }
        with environment(settings), (data_dir / "serve.log").open("wb") as log:
            crowd = asyncio.run(_prepare(server, _MEMBERS[size]))
            script = _script(server, data_dir, crowd)
            requests = _requests(addresses, crowd, _SLIPS[size])
            process = start(["serve", "--port", addresses.api.rpartition(":")[2]], addresses, log)
            try:
                await_answer(f"{addresses.api}/readyz", process, data_dir / "serve.log")
                pids = (process.pid, postmaster(data_dir))
                return _take_turns(server, script, addresses, requests, pids, size, say)
            finally:
                stop(process)


def _take_turns(
    server: EmbeddedServer,
    script: Path,
    addresses: Addresses,
    requests: Iterator[bytes],
    pids: tuple[int, int],
    size: Size,
    say: Say,
) -> Compared:
    ours, theirs = [], []
    uvloop.run(send(addresses.api, itertools.islice(requests, 200), clients=8, seconds=SECONDS[size]))
    for number, clients in itertools.product(range(ROUNDS[size]), CLIENTS[size]):
        say(f"submissions, round {number + 1} of {ROUNDS[size]}, {clients} clients")
        ours.append(_submit(addresses, requests, pids, clients, SECONDS[size]))
        rate = pgbench.script_a_second(server, script, clients=clients, seconds=SECONDS[size])
        theirs.append(Turn(clients, rate))
    return Compared(*(max(side, key=attrgetter("a_second")) for side in (ours, theirs)))


def _submit(
    addresses: Addresses, requests: Iterator[bytes], pids: tuple[int, int], clients: int, seconds: float
) -> Turn:
    before = [cpu_seconds(pid) for pid in pids]
    served = uvloop.run(send(addresses.api, requests, clients=clients, seconds=seconds))
    assert set(served.statuses) == {_ACCEPTED}, f"every slip is taken, not {served.statuses}"
    each = 1_000_000 / served.statuses[_ACCEPTED]
    api_us, server_us = ((cpu_seconds(pid) - then) * each for pid, then in zip(pids, before, strict=True))
    return Turn(clients, served.a_second(_ACCEPTED), api_us, server_us)


def _requests(addresses: Addresses, crowd: Crowd, slips: int) -> Iterator[bytes]:
    """So many slips of the playground, made beforehand, by the members in turn and each under a key of its own."""
    authority = PlaygroundAuthority(addresses.playground, seed=1)
    url = f"{addresses.api}/api/v1/receipts"
    made = []
    for number in range(slips):
        body = json.dumps({"payload": authority.issue(utc_now()).payload}).encode()
        token = crowd.tokens[number % len(crowd.tokens)]
        made.append(request(url, body, **{"Authorization": f"Bearer {token}", "Idempotency-Key": f"slip-{number}"}))
    return iter(made)


def _script(server: EmbeddedServer, data_dir: Path, crowd: Crowd) -> Path:
    """The script of pgbench, which names a random member by number."""
    asyncio.run(execute(server.owner_url, _POSTING.read_text()))
    script = data_dir / "posting.pgbench"
    call = f"select posting('{crowd.tenant_id}', :member, {_CODE_BYTES});"
    script.write_text(f"\\set member random(0, {len(crowd.tokens) - 1})\n{call}\n")
    return script


async def _prepare(server: EmbeddedServer, members: int) -> Crowd:
    """The demo's tenant with so many members."""
    settings = Settings()
    key, now = settings.token_key(), utc_now()
    with database_urls(settings) as urls:
        await make_ready(urls)
        database = Database(urls.app, connections_max=1)
        try:
            tenant = await seed(database, members=1, key=key, now=now)
        finally:
            await database.close()
    ids = [UUID(f"00000000-0000-7000-8000-{number:012x}") for number in range(members)]
    connection = await asyncpg.connect(server.owner_url)
    try:
        await connection.execute(
            "insert into member (tenant_id, id, name, language, created_at) "
            "select $1, id, 'Član', 'sr-Latn', now() from unnest($2::uuid[]) as u (id)",
            tenant.tenant_id,
            ids,
        )
        await connection.execute("analyze")
    finally:
        await connection.close()
    callers = (Caller(tenant.tenant_id, member) for member in ids)
    return Crowd(tenant.tenant_id, [issue_token(key, caller, expires_at=now + _TOKEN_LIFE) for caller in callers])


@contextmanager
def environment(wanted: dict[str, str]) -> Iterator[None]:
    """Nothing of Paragon's in the environment but this; the processes that are started inherit it."""
    kept = dict(os.environ)
    for name in kept:
        if name.startswith("PARAGON_") or name == "DATABASE_URL":
            del os.environ[name]
    os.environ.update(wanted)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)
