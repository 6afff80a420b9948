"""What every request meets first and every answer passes last.

It gives the request its number and its client's true address, holds it to its limits, dresses the answer in headers,
and leaves one line of log and one measurement. The line names the route's template and the tenant, never the address that was called, its query, or the caller.
"""

import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, ClassVar
from uuid import UUID

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.i18n import negotiate
from backend.kit.ids import new_id
from backend.kit.metrics import REQUESTS
from backend.kit.web.headers import security_headers
from backend.kit.web.heads import Send, headers_only
from backend.kit.web.problems import MEDIA_TYPE, REQUEST_ID, STATUS, problem_document
from backend.kit.web.proxies import Proxies, Scope, is_loopback
from backend.kit.web.uploads import Message, Receive, limited

App = Callable[[Any, Any, Any], Awaitable[None]]

TENANT = "paragon_tenant"
_SANE_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_LOG = logging.getLogger("paragon.request")


class TlsRequired(ParagonError):
    """The request came neither through TLS nor from this machine."""

    code: ClassVar[str] = "tls-required"
    kind: ClassVar[ErrorKind] = "forbidden"
    title: ClassVar[str] = "Please use HTTPS."


def note_tenant(scope: MutableMapping[str, Any], tenant_id: UUID) -> None:
    """Say in the request's log line whose tenant it was about."""
    scope[TENANT] = str(tenant_id)


class Edge:
    """An ASGI application around the product's own; lifespan does not pass through it."""

    def __init__(self, app: App, proxies: Proxies) -> None:
        self._app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun, method = time.perf_counter(), scope["method"]
        headers = dict(scope["headers"])
        given = headers.get(b"x-request-id", b"")
        scope[REQUEST_ID] = given.decode() if _SANE_ID.fullmatch(given) else new_id().hex
        self._proxies.unwrap(scope)

        async def send_dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = list(message.get("headers", []))
                names = {name.lower() for name, _ in present}
                extra = security_headers(scope["path"], dict(present), secure=scope["scheme"] == "https")
                extra.append((b"x-request-id", scope[REQUEST_ID].encode()))
                message["headers"] = present + [(name, value) for name, value in extra if name not in names]
                _record(scope, method, message["status"], time.perf_counter() - begun)
            await send(message)

        if self._refuses_plain(scope):
            await _refuse_plain(scope, headers, send_dressed)
            return
        receive = limited(headers, receive)
        if method == "HEAD":
            scope["method"] = "GET"
            await self._app(scope, *headers_only(receive, send_dressed))
            return
        await self._app(scope, receive, send_dressed)

    def _refuses_plain(self, scope: Scope) -> bool:
        """Behind a proxy, whoever comes without TLS is either this machine or somebody who went round the proxy."""
        client = scope.get("client") or (None, 0)
        return bool(self._proxies.networks) and scope["scheme"] != "https" and not is_loopback(client[0])


async def _refuse_plain(scope: Scope, headers: dict[bytes, bytes], send: Send) -> None:
    language = negotiate(headers.get(b"accept-language", b"").decode("latin-1"))
    status = STATUS[TlsRequired.kind]
    document = problem_document(
        TlsRequired.code, status, TlsRequired().text, language=language, request_id=scope[REQUEST_ID]
    )
    present = [(b"content-type", MEDIA_TYPE.encode()), (b"content-language", language.encode())]
    await send({"type": "http.response.start", "status": status, "headers": present})
    await send({"type": "http.response.body", "body": json.dumps(document).encode()})


def _record(scope: Scope, method: str, status: int, seconds: float) -> None:
    route = scope.get("path_template") or "unmatched"
    method = method if method in _METHODS else "other"
    REQUESTS.labels(method, route, status).observe(seconds)
    _LOG.info(
        "request",
        extra={
            "fields": {
                "request": scope[REQUEST_ID],
                "method": method,
                "route": route,
                "status": status,
                "ms": round(seconds * 1000),
                "tenant": scope.get(TENANT),
            }
        },
    )
