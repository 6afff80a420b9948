"""A database that restarts, is read-only or full: 503 with Retry-After meanwhile, and healed by itself afterwards."""

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from backend.accrual import desk
from backend.app import compose
from backend.demo.seed import seed
from backend.kit import db
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.embedded import EmbeddedServer, running_server
from backend.members.tokens import Caller, issue_token
from backend.migrations.runner import upgrade
from backend.settings import Settings
from receipt_parsers.playground.app import create_app
from tests.fixtures.loopback import PLAYGROUND, alive
from tests.fixtures.world import KEY

HEALED_S = 10
KEY_OF_CUT = "to-be-cut"
CUT_AT = KEY_OF_CUT.encode()


@dataclass
class Place:
    """The API of one member on a server that may be broken."""

    server: EmbeddedServer
    data_dir: Path
    api: httpx.AsyncClient
    playground: httpx.AsyncClient

    async def slip(self) -> str:
        answer = await self.playground.post(
            "/playground/issue", json={"shop": "9100001", "items": [{"gtin": "9520101000040"}]}
        )
        return str(answer.json()["payload"])

    async def submit(self, payload: str | None = None, **headers: str) -> httpx.Response:
        body = {"payload": payload or await self.slip()}
        return await self.api.post("/receipts", json=body, headers=headers)

    async def healed(self, ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
        """The first answer that is none of the refusals, within the time that healing may take."""
        deadline = time.monotonic() + HEALED_S
        while (answer := await ask()).status_code == 503:
            assert time.monotonic() < deadline, "it did not heal"
            await asyncio.sleep(0.05)
        return answer


def assert_unavailable(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.json()["code"]) == (503, "database-unavailable"), answer.text
    assert answer.headers["retry-after"] == "1"


OpenPlace = Callable[..., contextlib.AbstractAsyncContextManager[Place]]


@pytest.fixture
def opened(data_dir: Path) -> OpenPlace:
    @contextlib.asynccontextmanager
    async def open_place(*, connections_max: int = 4, through: str | None = None) -> AsyncIterator[Place]:
        fast = {"fsync": "off", "max_connections": "20"}
        async with contextlib.AsyncExitStack() as stack:
            server = stack.enter_context(running_server(data_dir, settings=fast))
            await upgrade(server.owner_url)
            database = Database(server.app_url, connections_max=1)
            tenant = await seed(database, members=1, key=KEY.encode(), now=utc_now())
            await database.close()
            url = server.app_url.replace(str(server.socket_dir), through) if through else server.app_url
            settings = Settings(
                database_url=SecretStr(url),
                secret_key=SecretStr(KEY),
                playground_url=PLAYGROUND,
                data_dir=data_dir,
                connections_max=connections_max,
            )
            app = compose(settings, url)
            await stack.enter_async_context(alive(app))
            caller = Caller(tenant.tenant_id, tenant.members[0].id)
            token = issue_token(KEY.encode(), caller, expires_at=utc_now() + timedelta(hours=1))
            api = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=cast("Any", app)),
                base_url="http://api.test/api/v1",
                headers={"Authorization": f"Bearer {token}"},
            )
            playground = httpx.AsyncClient(
                transport=httpx.ASGITransport(app=create_app(PLAYGROUND, seed=1)), base_url=PLAYGROUND
            )
            yield Place(
                server, data_dir, await stack.enter_async_context(api), await stack.enter_async_context(playground)
            )

    return open_place


async def test_a_restart_is_answered_with_patience_and_survived(opened: OpenPlace) -> None:
    async with opened() as place:
        assert (await place.submit()).status_code == 202
        pid_file = place.data_dir / "postgres-18" / "cluster" / "postmaster.pid"
        os.kill(int(pid_file.read_text().split()[0]), signal.SIGINT)  # a fast shutdown
        while (answer := await place.submit()).status_code == 202:
            continue
        assert_unavailable(answer)
        with running_server(place.data_dir):
            assert (await place.healed(place.submit)).status_code == 202


async def test_a_read_only_database_still_reads(opened: OpenPlace) -> None:
    async with opened() as place:
        owner = await asyncpg.connect(place.server.owner_url)
        await owner.execute("alter system set default_transaction_read_only = on")
        await owner.execute("select pg_reload_conf()")
        while (answer := await place.submit()).status_code == 202:
            continue
        assert_unavailable(answer)
        assert (await place.api.get("/wallet")).status_code == 200
        await owner.execute("set default_transaction_read_only = off")
        await owner.execute("alter system reset default_transaction_read_only")
        await owner.execute("select pg_reload_conf()")
        await owner.close()
        assert (await place.healed(place.submit)).status_code == 202


async def test_a_server_without_a_free_connection_is_waited_for(opened: OpenPlace) -> None:
    async with opened() as place:
        taken = []
        with contextlib.suppress(asyncpg.TooManyConnectionsError):
            while True:
                taken.append(await asyncpg.connect(place.server.app_url))
        assert_unavailable(await place.submit())
        await asyncio.gather(*(connection.close() for connection in taken))
        assert (await place.healed(place.submit)).status_code == 202


@contextlib.asynccontextmanager
async def locked(place: Place, table: str) -> AsyncIterator[asyncpg.Connection]:
    """Nobody else reads or writes the table within the block."""
    owner = await asyncpg.connect(place.server.owner_url)
    try:
        async with owner.transaction():
            await owner.execute(f"lock table {table} in access exclusive mode")
            yield owner
    finally:
        await owner.close()


async def test_an_exhausted_pool_is_waited_for(opened: OpenPlace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "_POOL_TIMEOUT_S", 0.3)
    async with opened(connections_max=2) as place:
        async with locked(place, "receipt") as owner:
            waiting = [asyncio.create_task(place.api.get("/receipts")) for _ in range(2)]
            while await owner.fetchval("select count(*) < 2 from pg_locks where not granted"):
                continue
            for _ in range(3):
                assert_unavailable(await place.api.get("/receipts"))
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {200}
        assert (await place.healed(place.submit)).status_code == 202


async def test_submissions_that_the_database_keeps_waiting_are_told_so_and_none_is_taken_twice(
    opened: OpenPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "PATIENCE_S", 0.3)
    async with opened() as place:
        assert (await place.submit()).status_code == 202
        slips = [await place.slip() for _ in range(3)]
        async with locked(place, "receipt"):
            for answer in await asyncio.gather(*map(place.submit, slips)):
                assert_unavailable(answer)
        for slip in slips:
            assert (await place.healed(lambda slip=slip: place.submit(slip))).status_code == 202  # type: ignore[misc]
        owner = await asyncpg.connect(place.server.owner_url)
        assert await owner.fetchval("select count(*) from receipt") == 4
        assert await owner.fetchval("select count(*) from job") == 4
        await owner.close()


async def test_a_full_queue_refuses_at_once_and_forgets_nothing_that_it_took(
    opened: OpenPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk, "WAITING_MAX", 2)
    async with opened() as place:
        assert (await place.submit()).status_code == 202
        slips = [await place.slip() for _ in range(6)]
        async with locked(place, "receipt"):
            sent = {asyncio.create_task(place.submit(slip)) for slip in slips}
            refused: set[asyncio.Task[httpx.Response]] = set()
            while len(refused) < 3:  # one is being written and two wait
                refused, _ = await asyncio.wait(sent, return_when=asyncio.FIRST_COMPLETED)
        answers = [task.result() for task in refused]
        assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(503, "too-busy")}
        assert {answer.headers["retry-after"] for answer in answers} == {"1"}
        assert {answer.status_code for answer in await asyncio.gather(*(sent - refused))} == {202}


@dataclass
class Wire:
    """A stretch of wire between the application and its database, which is cut around the call that holds a text."""

    target: Path
    cut: str | None = None
    carrying: set[asyncio.Task[None]] = field(default_factory=set)
    ends: list[asyncio.StreamWriter] = field(default_factory=list)

    async def close(self) -> None:
        for end in self.ends:
            end.transport.abort()
        await asyncio.gather(*self.carrying, return_exceptions=True)
        await asyncio.gather(*(end.wait_closed() for end in self.ends), return_exceptions=True)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.carrying.add(asyncio.get_running_loop().create_task(self._carry(reader, writer)))

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.ends.append(writer)
        try:
            server_reader, server_writer = await asyncio.open_unix_connection(str(self.target))
        except OSError:
            writer.close()
            return
        self.ends.append(server_writer)
        back = asyncio.create_task(self._back(server_reader, writer))
        while data := await reader.read(65536):
            if self.cut and CUT_AT in data:
                cut, self.cut = self.cut, None
                if cut == "answer lost":
                    back.cancel()
                    await asyncio.wait([back])  # two cannot read at once
                    server_writer.write(data)
                    await server_writer.drain()
                    await server_reader.read(65536)  # it is committed, and nobody hears of it
                break
            server_writer.write(data)
        back.cancel()
        server_writer.close()
        writer.close()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@pytest.mark.parametrize("cut", ["question lost", "answer lost"])
async def test_a_commit_that_is_cut_off_is_answered_once_by_its_key(
    opened: OpenPlace, data_dir: Path, cut: str
) -> None:
    folder = data_dir.parent / "wire"
    folder.mkdir()
    async with contextlib.AsyncExitStack() as stack:
        server = stack.enter_context(running_server(data_dir, settings={"fsync": "off"}))
        wire = Wire(server.socket_dir / ".s.PGSQL.5432")
        listening = await asyncio.start_unix_server(wire.connected, str(folder / ".s.PGSQL.5432"))
        stack.push_async_callback(wire.close)
        stack.callback(listening.close)
        async with opened(through=str(folder)) as place:
            payload, headers = await place.slip(), {"Idempotency-Key": KEY_OF_CUT}
            wire.cut = cut
            assert_unavailable(await place.submit(payload, **headers))
            again = await place.healed(lambda: place.submit(payload, **headers))
            assert again.status_code == 202
            assert ("idempotency-hit" in again.headers) == (cut == "answer lost")
            third = await place.submit(payload, **headers)
            assert third.content == again.content
            owner = await asyncpg.connect(server.owner_url)
            assert await owner.fetchval("select count(*) from receipt") == 1
            await owner.close()
