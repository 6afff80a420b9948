"""The little of HTTP that the playground needs: bounded requests in, whole responses out, over plain ASGI.

A handler is a function from `Request` to `Response`; it may raise `PlaygroundError`, which becomes an RFC 9457
problem. No input makes a traceback.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from receipt_parsers.playground.answer import as_json
from receipt_parsers.playground.errors import BadOrder, PlaygroundError, SlipNotFound

Scope: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]

BODY_BYTES_MAX: Final = 64 * 1024
_STATUSES: Final[dict[type[PlaygroundError], int]] = {BadOrder: 400, SlipNotFound: 404}


@dataclass(frozen=True, slots=True)
class Request:
    """A whole request: `query` undecoded, header names in lower case, `place` what the route's pattern captured."""

    query: str
    headers: Mapping[str, str]
    body: bytes
    place: str


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response, sent no sooner than after `delay_ms`."""

    status: int
    body: bytes = b""
    content_type: str = "text/plain; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0


@dataclass(frozen=True, slots=True)
class Route:
    """One method at one path; `pattern` must match the whole path and may capture one part of it."""

    method: str
    pattern: re.Pattern[str]
    handler: Callable[[Request], Response]


def route(method: str, pattern: str, handler: Callable[[Request], Response]) -> Route:
    """A line of the routing table."""
    return Route(method, re.compile(pattern), handler)


def json_response(text: str, *, status: int = 200) -> Response:
    """A response with JSON that is already written."""
    return Response(status, text.encode("ascii"), "application/json; charset=utf-8")


def problem(status: int, code: str, detail: str, **members: str) -> Response:
    """An RFC 9457 problem with a stable code."""
    text = as_json({"type": "about:blank", "status": status, "code": code, "detail": detail, **members})
    return Response(status, text.encode("ascii"), "application/problem+json")


def application(routes: tuple[Route, ...]) -> Application:
    """The ASGI application over a routing table."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        elif scope["type"] == "http":
            await _send(await _answer(routes, scope, receive), send)
        else:
            await send({"type": "websocket.close"})

    return serve


async def _answer(routes: tuple[Route, ...], scope: Scope, receive: Receive) -> Response:
    body = await _read(receive)
    if body is None:
        return problem(413, "body-too-large", f"a body has at most {BODY_BYTES_MAX} bytes")
    here = [(line, found) for line in routes if (found := line.pattern.fullmatch(scope["path"]))]
    if not here:
        return problem(404, "no-such-path", "the playground has nothing at this path")
    for line, found in here:
        if line.method == scope["method"]:
            headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
            place = found[1] if found.re.groups else ""
            return _handle(line, Request(scope["query_string"].decode("latin-1"), headers, body, place))
    allowed = ", ".join(sorted(line.method for line, _ in here))
    refusal = problem(405, "method-not-allowed", f"this path takes {allowed}")
    return Response(refusal.status, refusal.body, refusal.content_type, (("allow", allowed),))


def _handle(line: Route, request: Request) -> Response:
    try:
        return line.handler(request)
    except BadOrder as error:
        return problem(_STATUSES[BadOrder], error.code, str(error), pointer=error.pointer)
    except PlaygroundError as error:
        return problem(_STATUSES[type(error)], error.code, str(error))


async def _read(receive: Receive) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > BODY_BYTES_MAX:
            return None
        if not message.get("more_body", False):
            return body


async def _send(response: Response, send: Send) -> None:
    await asyncio.sleep(response.delay_ms / 1000)
    headers = (
        ("content-type", response.content_type),
        ("content-length", str(len(response.body))),
        ("cache-control", "no-store"),
        *response.headers,
    )
    encoded = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
    await send({"type": "http.response.start", "status": response.status, "headers": encoded})
    await send({"type": "http.response.body", "body": response.body})


async def _live(receive: Receive, send: Send) -> None:
    """The server's start and stop: nothing to prepare, nothing to clean up."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
