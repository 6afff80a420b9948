"""Drives an authority's conversation over HTTP: the one place of this library that touches the network.

Every request has a time limit and every answer a size limit that holds while it is read. Redirects are not followed and
cookies are not kept, so nobody but the authority's module decides where a request goes.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import httpx

from receipt_parsers.authority import Conversation, Request, Response
from receipt_parsers.errors import AuthorityUnavailable, LayoutChanged, ReceiptError
from receipt_parsers.model import FiscalReceipt

TIME_LIMIT_S = 30
SIZE_LIMIT_BYTES = 2_000_000
_LARGE_BYTES = 100_000
"""Portals' pages have 20 to 60 KB, which are read within a few milliseconds."""
_SECONDS = re.compile(r"\d{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Fetched:
    """The receipt, and the SHA-256 (hex) of the answers it was read from, one after the other."""

    receipt: FiscalReceipt
    sha256: str


async def converse(conversation: Conversation, client: httpx.AsyncClient) -> Fetched:
    """Hold the conversation to its end. Raises ReceiptError, and no other error of network or answer.

    A failure is raised within the conversation first: it may know another way. The client should serve nothing else,
    since whatever cookies it holds afterwards are dropped.
    """
    digest = hashlib.sha256()
    try:
        step = await _step(conversation.send, None)
        while isinstance(step, Request):
            try:
                response = await _ask(step, client)
            except ReceiptError as failure:
                step = await _step(conversation.throw, failure)
            else:
                digest.update(response.body)
                step = await _step(conversation.send, response, is_large=len(response.body) > _LARGE_BYTES)
        return Fetched(step, digest.hexdigest())
    finally:
        client.cookies.clear()


async def _step(advance: Callable[[Any], Request], value: object, *, is_large: bool = False) -> Request | FiscalReceipt:
    """Go on, in a thread where reading takes long: the next request, or the receipt at the end."""

    def go_on() -> Request | FiscalReceipt:
        try:
            return advance(value)
        except StopIteration as end:
            receipt: FiscalReceipt = end.value
            return receipt

    return await asyncio.to_thread(go_on) if is_large else go_on()


async def _ask(request: Request, client: httpx.AsyncClient) -> Response:
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            response = await _send(request, client)
    except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TimeoutError, OSError) as failure:
        raise AuthorityUnavailable(f"the authority did not answer: {type(failure).__name__}") from None
    if response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise AuthorityUnavailable(
            f"the authority answered with status {response.status}", retry_after_s=_retry_after_s(response)
        )
    return response


async def _send(request: Request, client: httpx.AsyncClient) -> Response:
    # Built without the client, so that no cookie it may hold goes along. Uncompressed, so that the limit is the size.
    headers = {"User-Agent": client.headers.get("user-agent", ""), "Accept-Encoding": "identity", **request.headers}
    outgoing = httpx.Request(request.method, request.url, headers=headers, data=request.form)
    incoming = await client.send(outgoing, stream=True, follow_redirects=False)
    try:
        body = bytearray()
        async for chunk in incoming.aiter_bytes():
            body += chunk
            if len(body) > SIZE_LIMIT_BYTES:
                raise LayoutChanged("the answer is larger than any receipt")
    finally:
        await incoming.aclose()
    headers = {name.lower(): value for name, value in incoming.headers.items()}
    return Response(incoming.status_code, headers, bytes(body))


def _retry_after_s(response: Response) -> int | None:
    """Read Retry-After in seconds or as a date, which is measured from the answer's own Date."""
    value = response.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(value):
        return int(value)
    try:
        until = parsedate_to_datetime(value)
        since = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0, int((until - since).total_seconds()))
    except (ValueError, TypeError, OverflowError):
        return None
