"""httpx's requests over aiohttp's connections, which take a third of the processor's time of httpx's own.

Nothing is added to a request and nothing kept of an answer: no cookies, no redirects, no proxy of the environment, no
decompression, and the address goes out as it is spelled.
"""

import ssl
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import httpx
from yarl import URL

_CHUNK_BYTES = 16_384
_ADDED_BY_ITSELF = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(httpx.AsyncBaseTransport):
    """For an `httpx.AsyncClient`; opened by its first request, closed with the client."""

    def __init__(self, *, connections_max: int = 100) -> None:
        self._connections_max = connections_max
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the answer's body is read from the network as it is iterated. Raises httpx.TransportError."""
        limits: dict[str, Any] = request.extensions.get("timeout", {})
        try:
            answer = await self._opened().request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode(), value.decode("latin-1")) for name, value in request.headers.raw],
                data=await request.aread() or None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=limits.get("connect"), sock_read=limits.get("read")
                ),
            )
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise httpx.TransportError(type(failure).__name__) from failure
        return httpx.Response(answer.status, headers=answer.raw_headers, stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            trusted: ssl.SSLContext = httpx.create_ssl_context()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections_max, ssl=trusted),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=_ADDED_BY_ITSELF,
                auto_decompress=False,
            )
        return self._session


class _Body(httpx.AsyncByteStream):
    """What is read of an answer; one that was not read to its end costs its connection."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.content.iter_chunked(_CHUNK_BYTES):
                yield chunk
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise httpx.ReadError(type(failure).__name__) from failure

    async def aclose(self) -> None:
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()
