"""A worker that is told to stop in the middle of a job, and what it says of itself meanwhile."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from receipt_parsers.playground.app import create_app
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.served import Serve, Served, Work
from tests.fixtures.world import YOGHURT_AND_MILK, YOGHURT_AND_MILK_POINTS, World

PATIENCE_S = 30


class HeldAuthority:
    """A playground on a real port, which answers nobody until it is released."""

    def __init__(self) -> None:
        self.asked = 0
        self.is_asked, self.may_answer = asyncio.Event(), asyncio.Event()
        self.url = ""
        self._answering: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["HeldAuthority"]:
        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._answering.add(asyncio.get_running_loop().create_task(self._answer(reader, writer)))

        server = await asyncio.start_server(connected, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        self._inside = httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(self.url, seed=7)))
        async with server, self._inside:
            yield self
            self.may_answer.set()
            await asyncio.gather(*self._answering)

    async def issue(self) -> dict[str, Any]:
        order = {"shop": SHOPS[0].premises_id, "items": YOGHURT_AND_MILK}
        answer = await self._inside.post(f"{self.url}/playground/issue", json=order)
        return dict(answer.json())

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        self.asked += 1
        self.is_asked.set()
        await self.may_answer.wait()
        request, *lines = head.removesuffix("\r\n\r\n").split("\r\n")
        method, path, _ = request.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        body = await reader.readexactly(int(headers.get("Content-Length", "0")))
        answer = await self._inside.request(method, self.url + path, headers=headers, content=body)
        kind = answer.headers["content-type"]
        begin = f"HTTP/1.1 {answer.status_code} x\r\nContent-Type: {kind}\r\nContent-Length: {len(answer.content)}"
        writer.write(begin.encode() + b"\r\nConnection: close\r\n\r\n" + answer.content)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()


@pytest.fixture
async def authority() -> AsyncIterator[HeldAuthority]:
    async with HeldAuthority().listening() as held:
        yield held


async def waiting_receipt(served: Served, world: World, authority: HeldAuthority) -> str:
    """A receipt that was submitted and that no worker has looked at."""
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {world.mira.token}"}) as client:
        body = {"payload": (await authority.issue())["payload"]}
        answer = await client.post(f"{served.url}/api/v1/receipts", json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def measured(worker: Served) -> str:
    """What the worker says of itself, once it does."""
    async with asyncio.timeout(PATIENCE_S), httpx.AsyncClient() as client:
        while True:
            assert worker.process.poll() is None, worker.log.read_text()
            with contextlib.suppress(httpx.TransportError):
                answer = await client.get(f"{worker.url}/metrics")
                assert answer.status_code == 200
                return answer.text
            await asyncio.sleep(0.05)


async def all_done(world: World) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while await world.jobs():  # noqa: ASYNC110 (the database sets no event)
            await asyncio.sleep(0.02)


async def test_a_worker_told_to_stop_finishes_its_job_and_another_goes_on(
    serve: Serve, work: Work, world: World, authority: HeldAuthority
) -> None:
    """The authority answers after the stop: what it said is kept by the first worker, and the rest is the second's."""
    playground = {"PARAGON_PLAYGROUND_URL": authority.url}
    with serve(**playground) as served:
        receipt = await waiting_receipt(served, world, authority)
    with work(**playground) as first:
        async with asyncio.timeout(PATIENCE_S):
            await authority.is_asked.wait()
        first.process.send_signal(signal.SIGTERM)
        (row,) = await world.jobs()
        assert (row.state, row.attempts) == ("running", 1)
        authority.may_answer.set()
        assert await asyncio.to_thread(first.process.wait, PATIENCE_S) == 0, first.log.read_text()
    asked = authority.asked
    (left,) = await world.jobs()
    assert (left.kind, left.state, left.attempts) == ("accrual.settle", "waiting", 0)
    with work(**playground) as second:
        await all_done(world)
        assert await asyncio.to_thread(second.terminate) == 0
    assert authority.asked == asked, "the answer is kept"
    assert (await world.mira.receipt(receipt))["state"] == "settled"
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS
    assert await world.count("ledger_transfer") == 1


async def test_a_worker_tells_on_its_own_port_what_it_did_and_what_waits(
    serve: Serve, work: Work, world: World, authority: HeldAuthority
) -> None:
    playground = {"PARAGON_PLAYGROUND_URL": authority.url}
    with serve(**playground) as served:
        await waiting_receipt(served, world, authority)
    await world.rows("update job set run_at = now() - interval '1 hour' where tenant_id = :tenant returning id")
    with work(**playground, PARAGON_METRICS_TOKEN="let-me-in") as guarded:
        async with asyncio.timeout(PATIENCE_S):
            await authority.is_asked.wait()
        async with httpx.AsyncClient(base_url=guarded.url) as client:
            assert (await client.get("/metrics")).status_code == 404
            token = {"Authorization": "Bearer let-me-in"}
            page = (await client.get("/metrics", headers=token)).text
            assert (await client.get("/livez")).json()["code"] == "not-found"
    assert 'paragon_queue_jobs{kind="receipts.fetch",state="running"} 1.0' in page
    await world.rows(
        "update job set state = 'waiting', leased_until = null, kind = 'test.nobodys' where tenant_id = :tenant returning id"
    )
    with work(**playground) as worker:
        page = await measured(worker)
    (line,) = [line for line in page.splitlines() if line.startswith("paragon_queue_waiting_seconds{")]
    assert line.startswith('paragon_queue_waiting_seconds{kind="test.nobodys"} ')
    assert 3600 <= float(line.rpartition(" ")[2]) < 3700
    assert "paragon_pool_connections_max 12.0" in page


async def test_a_worker_counts_what_became_of_its_jobs(
    serve: Serve, work: Work, world: World, authority: HeldAuthority
) -> None:
    authority.may_answer.set()
    playground = {"PARAGON_PLAYGROUND_URL": authority.url}
    with serve(**playground) as served, work(**playground) as worker:
        await waiting_receipt(served, world, authority)
        await all_done(world)
        page = await measured(worker)
    for kind in ("receipts.fetch", "accrual.settle", "delivery.deliver"):
        assert f'paragon_jobs_total{{kind="{kind}",outcome="done"}} 1.0' in page
