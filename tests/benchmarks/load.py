"""Requests over HTTP as fast as they are answered, from prepared bytes: the client must not be what is measured.

Every connection sends its next request when it has read the last answer, as pgbench's clients do.
"""

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Served:
    """What came back within the time: how many answers of each status, and how long the clients waited, in seconds."""

    statuses: dict[int, int]
    seconds: float

    def a_second(self, status: int) -> float:
        """Answers of this status a second."""
        return self.statuses.get(status, 0) / self.seconds


def request(url: str, body: bytes, **headers: str) -> bytes:
    """A POST of JSON as it goes over the wire."""
    parts = urlsplit(url)
    lines = [
        f"POST {parts.path} HTTP/1.1",
        f"Host: {parts.netloc}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connections:
    """Connections to one server that answers over HTTP, each used by one request at a time; as many as are needed."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._host, self._port = parts.hostname, parts.port
        self._idle: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, sent: bytes) -> tuple[int, bytes]:
        """The answer's status and body."""
        self._idle = [pair for pair in self._idle if not pair[0].at_eof()]
        pair = self._idle.pop() if self._idle else await asyncio.open_connection(self._host, self._port)
        answer = await _exchange(*pair, sent)
        self._idle.append(pair)
        return answer

    def close(self) -> None:
        """Drop all that are idle."""
        for _, writer in self._idle:
            writer.close()


async def send(url: str, requests: Iterator[bytes], *, clients: int, seconds: float) -> Served:
    """Send until the time is over or the requests are."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    begun = time.perf_counter()
    counts = await asyncio.gather(
        *(_client(parts.hostname, parts.port, requests, until=begun + seconds) for _ in range(clients))
    )
    took = time.perf_counter() - begun
    return Served(_added(counts), took)


async def _client(host: str, port: int, requests: Iterator[bytes], *, until: float) -> dict[int, int]:
    reader, writer = await asyncio.open_connection(host, port)
    counts: dict[int, int] = {}
    try:
        while time.perf_counter() < until and (sent := next(requests, None)) is not None:
            status, _ = await _exchange(reader, writer, sent)
            counts[status] = counts.get(status, 0) + 1
    finally:
        writer.close()
    return counts


async def _exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> tuple[int, bytes]:
    writer.write(sent)
    head = await reader.readuntil(b"\r\n\r\n")
    length = _LENGTH.search(head)
    assert length is not None, "an answer says its length"
    return int(head[9:12]), await reader.readexactly(int(length[1]))


def _added(counts: Sequence[dict[int, int]]) -> dict[int, int]:
    total: dict[int, int] = {}
    for each in counts:
        for status, count in each.items():
            total[status] = total.get(status, 0) + count
    return total
