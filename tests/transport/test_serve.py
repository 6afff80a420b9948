"""How the product meets the network: TLS or a proxy, headers, slow and large bodies, and a stop that loses nothing."""

import asyncio
import contextlib
import signal
import socket
import ssl
import time
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from backend.cli.serve import ListenRefused, check_transport
from backend.members.queries import lock_member
from tests.fixtures.served import Serve, Served
from tests.fixtures.world import World

HEAD = b"POST /api/v1/receipts HTTP/1.1\r\nHost: api\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "api.example"])  # noqa: S104 (to be refused)
def test_plain_http_is_refused_beyond_this_machine(host: str, tmp_path: Path) -> None:
    with pytest.raises(ListenRefused):
        check_transport(host, None, None, is_behind_proxy=False)
    with pytest.raises(ListenRefused):
        check_transport(host, tmp_path, None, is_behind_proxy=True)
    check_transport(host, None, None, is_behind_proxy=True)
    check_transport(host, tmp_path, tmp_path, is_behind_proxy=False)


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.9", "::1", "localhost"])
def test_this_machine_may_do_without_tls(host: str) -> None:
    check_transport(host, None, None, is_behind_proxy=False)


def test_tls_is_served_with_a_promise_to_stay(serve: Serve, pair: tuple[Path, Path]) -> None:
    cert, key = pair
    with serve("--tls-cert", str(cert), "--tls-key", str(key), scheme="https") as served:
        answer = httpx.get(f"{served.url}/readyz", verify=False)  # noqa: S501 (it signed itself)
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
        with socket.create_connection(("127.0.0.1", served.port)) as raw, old.wrap_socket(raw) as wrapped:
            assert wrapped.version() in {"TLSv1.2", "TLSv1.3"}
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{served.port}/readyz")


async def test_slow_clients_are_cut_off_and_hold_up_nobody(serve: Serve, world: World) -> None:
    token = f"Authorization: Bearer {world.mira.token}\r\n".encode()
    with serve() as served:
        slow_head, one = await dripping(served, HEAD)
        slow_body, other = await dripping(served, HEAD + token + b"Content-Length: 1000\r\n\r\n{")
        begun = time.monotonic()
        async with httpx.AsyncClient(base_url=served.url) as client:
            assert (await client.get("/readyz")).status_code == 200
            assert time.monotonic() - begun < 3
        answer = await asyncio.wait_for(slow_body.read(4096), 12)
        assert answer.startswith(b"HTTP/1.1 408")
        assert b'"body-too-slow"' in answer
        with contextlib.suppress(ConnectionError):
            rest = await asyncio.wait_for(slow_head.read(), 12)
            assert rest == b"" or rest.startswith(b"HTTP/1.1 408")
        for writer in (one, other):
            writer.close()


async def dripping(served: Served, beginning: bytes) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(beginning)
    await writer.drain()
    return reader, writer


async def test_a_stop_answers_what_has_begun(serve: Serve, world: World) -> None:
    """The request's body is still on its way when the stop comes; it is answered, and only then the process ends."""
    body = b'{"payload": "https://suf.purs.gov.rs/v/?vl=nonsense"}'
    token = f"Authorization: Bearer {world.mira.token}\r\n".encode()
    with serve("--worker") as served:
        reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
        length = f"Content-Length: {len(body)}\r\n\r\n".encode()
        writer.write(HEAD + token + length + body[:10])
        await writer.drain()
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{served.url}/livez")).status_code == 200  # so the head has arrived, too
        stopping = asyncio.create_task(asyncio.to_thread(served.terminate))
        while b"Stopping" not in served.log.read_bytes():
            assert not stopping.done()
            await asyncio.sleep(0)
        writer.write(body[10:])
        await writer.drain()
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer.startswith(b"HTTP/1.1 422"), answer
        assert b'"code":"' in answer
        writer.close()
        assert await stopping == 0


async def test_a_stop_waits_for_an_answer_that_needs_the_database(serve: Serve, world: World) -> None:
    """The request is in the middle of its work, held up by another transaction, when the stop comes."""
    headers = {"Authorization": f"Bearer {world.mira.token}"}
    with serve() as served:
        async with httpx.AsyncClient(base_url=served.url, headers=headers, timeout=30) as client:
            async with world.database.transaction(world.tenant_id) as holder:
                await lock_member(holder, world.tenant_id, world.mira.id)
                asked = asyncio.create_task(client.patch("/api/v1/me", json={"name": "Mira of the last minute"}))
                while not await is_held_up(world):
                    assert not asked.done()
                served.process.send_signal(signal.SIGTERM)
                while b"Stopping" not in served.log.read_bytes():
                    assert not asked.done()
                    await asyncio.sleep(0)
            assert (await asked).json()["name"] == "Mira of the last minute"
        assert await asyncio.to_thread(served.process.wait, 30) == 0
    assert (await world.mira.api.get("/me")).json()["name"] == "Mira of the last minute"


async def is_held_up(world: World) -> bool:
    """Whether somebody waits for a lock; each look is a transaction, which sees the others as they are at its start."""
    waiting = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    async with world.database.transaction(None) as session:
        return bool((await (await session.connection()).execute(text(waiting))).all())
