"""What goes over the wire through the transport is what was asked for, and every failure is one of httpx's."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest

from receipt_parsers.transport import AiohttpTransport

CUT = b"hal"
"""After an answer that ends so, the server hangs up."""
PLAIN = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nSet-Cookie: own=1\r\n\r\nok"


class Server:
    """Answers every request with the next of its answers and remembers what came in."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.asked: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = next(
                    (line[16:] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), b"0"
                )
                self.asked.append(head + await reader.readexactly(int(length)))
                if not (answer := self.answers.pop(0)):
                    break
                writer.write(answer)
                if answer.endswith(CUT):
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    place = Server()
    listening = await asyncio.start_server(place.serve, "127.0.0.1", 0)
    place.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    async with listening:
        yield place


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=AiohttpTransport()) as opened:
        yield opened


async def test_an_address_goes_out_as_it_is_spelled_and_nothing_is_added(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.answers = [PLAIN]
    request = httpx.Request("GET", f"{server.url}/v/?vl=a%2Fb%2Bc%3D", headers={"Accept": "application/json"})
    answer = await client.send(request)
    assert answer.text == "ok"
    first, *headers = server.asked[0].decode().strip().split("\r\n")
    assert first == "GET /v/?vl=a%2Fb%2Bc%3D HTTP/1.1"
    assert sorted(line.split(":")[0].lower() for line in headers) == ["accept", "host"]


async def test_a_form_is_posted_on_the_kept_connection_without_a_cookie(
    server: Server, client: httpx.AsyncClient
) -> None:
    server.answers = [PLAIN, PLAIN]
    for _ in range(2):
        answer = await client.send(httpx.Request("POST", server.url, data={"token": "č&"}))
        assert answer.headers["set-cookie"] == "own=1"
    assert server.connections == 1
    assert server.asked[1].endswith(b"\r\n\r\ntoken=%C4%8D%26")
    assert b"cookie" not in server.asked[1].lower()


async def test_redirects_and_packed_answers_are_given_as_they_are(server: Server, client: httpx.AsyncClient) -> None:
    server.answers = [
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone",
    ]
    assert (await client.get(server.url)).status_code == 302
    async with client.stream("GET", server.url) as answer:
        assert [chunk async for chunk in answer.aiter_raw()] == [b"none"]
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "answer",
    [b"", b"no HTTP at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: zwei\r\n\r\n"],
    ids=["hung up", "other language", "no length"],
)
async def test_what_is_no_answer_is_a_transport_error(server: Server, client: httpx.AsyncClient, answer: bytes) -> None:
    server.answers = [answer]
    with pytest.raises(httpx.TransportError):
        await client.get(server.url)


async def test_nobody_there_is_a_transport_error(client: httpx.AsyncClient) -> None:
    with pytest.raises(httpx.TransportError):
        await client.get("http://127.0.0.1:1/")


async def test_an_answer_that_ends_too_early_is_a_read_error(server: Server, client: httpx.AsyncClient) -> None:
    server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" + CUT]
    async with client.stream("GET", server.url) as answer:
        with pytest.raises(httpx.ReadError):
            await answer.aread()


async def test_silence_is_given_up(server: Server) -> None:
    server.answers = [b"HTTP/1.1 200 OK\r\n"]
    async with httpx.AsyncClient(transport=AiohttpTransport(), timeout=0.05) as client:
        with pytest.raises(httpx.TransportError):
            await client.get(server.url)


async def test_an_answer_left_half_read_costs_its_connection_alone(server: Server, client: httpx.AsyncClient) -> None:
    server.answers = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", PLAIN]
    async with client.stream("GET", server.url):
        pass
    assert (await client.get(server.url)).text == "ok"
    assert server.connections == 2
