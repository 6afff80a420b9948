"""A client whose line is cut sends again under its key and gets the answer of the first time."""

import asyncio
import contextlib
import json

import httpx

from tests.fixtures.served import Serve
from tests.fixtures.world import World


async def cut_after(port: int, request: bytes, *, sent: int, received: int) -> None:
    """Send so much of a request, take so much of its answer, and hang up at once."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request[:sent])
    await writer.drain()
    if received:
        await reader.readexactly(received)
    writer.transport.abort()
    with contextlib.suppress(ConnectionError):
        await writer.wait_closed()


async def test_a_cut_line_costs_nothing_but_another_try(serve: Serve, world: World) -> None:
    with serve() as served:
        for number, (part, received) in enumerate([(0.5, 0), (0.99, 0), (1, 0), (1, 1), (1, 60)]):
            body = json.dumps({"payload": (await world.slip())["payload"]}).encode()
            headers = {"Authorization": f"Bearer {world.mira.token}", "Idempotency-Key": f"cut-{number}"}
            lines = [f"{name}: {value}" for name, value in headers.items()]
            head = "\r\n".join(
                [
                    "POST /api/v1/receipts HTTP/1.1",
                    "Host: api",
                    "Content-Type: application/json",
                    f"Content-Length: {len(body)}",
                    *lines,
                    "\r\n",
                ]
            ).encode()
            request = head + body
            await cut_after(served.port, request, sent=int(len(request) * part), received=received)
            async with httpx.AsyncClient(base_url=served.url) as client:
                again = [
                    await client.post(
                        "/api/v1/receipts", content=body, headers={**headers, "Content-Type": "application/json"}
                    )
                    for _ in range(2)
                ]
            assert [answer.status_code for answer in again] == [202, 202]
            assert again[0].content == again[1].content
            assert again[1].headers["idempotency-hit"] == "true"
            if received:
                assert again[0].headers["idempotency-hit"] == "true", "the first try was answered already"
            assert await world.count("receipt") == number + 1
    assert await world.count("idempotency") == 5
