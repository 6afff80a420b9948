"""The page `/metrics`: what this process counted, and what the table of jobs holds now.

It is read from this machine or with the operator's token. Anybody else is told that there is no such page. The API has
it among its addresses; a worker has nothing else to serve.
"""

import hmac
from typing import Any, cast

from litestar import Litestar, Request, Response, Router, get
from litestar.exceptions import HTTPException, NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from backend.events.hub import EventHub
from backend.kit.db import Database
from backend.kit.errors import ParagonError
from backend.kit.jobs import Backlog, backlog
from backend.kit.metrics import POOL_MAX, POOL_USED, QUEUE, STREAMS, WAITING
from backend.kit.web.edge import App, Edge
from backend.kit.web.problems import framework_refused, refused, unforeseen
from backend.kit.web.proxies import Proxies, is_loopback


def worker_page(database: Database, token: SecretStr | None, proxies: Proxies) -> App:
    """An application with this page alone."""
    app = Litestar(
        route_handlers=[metrics_page(database, None, token, proxies)],
        openapi_config=None,
        exception_handlers={ParagonError: refused, HTTPException: framework_refused, Exception: unforeseen},
        logging_config=None,
    )
    return Edge(cast("App", app), proxies)


def metrics_page(database: Database, events: EventHub | None, token: SecretStr | None, proxies: Proxies) -> Router:
    """The page for this process's database, and for its streams if it has any."""

    @get("/metrics", include_in_schema=False)
    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Everything in Prometheus' text form."""
        if not _may_read(request, token, proxies):
            raise NotFoundException
        async with database.transaction(None) as session:
            _show_queue(await backlog(session))
        if events is not None:
            STREAMS.set(events.open_streams)
        POOL_USED.set(database.connections_used)
        POOL_MAX.set(database.connections_max)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Router(path="/", route_handlers=[metrics])


def _show_queue(found: list[Backlog]) -> None:
    QUEUE.clear()
    WAITING.clear()
    for part in found:
        QUEUE.labels(part.kind, part.state).set(part.count)
        if part.state == "waiting":
            WAITING.labels(part.kind).set(max(0, part.overdue.total_seconds()))


def _may_read(request: Request[Any, Any, Any], token: SecretStr | None, proxies: Proxies) -> bool:
    """With a token only by it; without one from this machine, unless it speaks for others as a proxy."""
    if token is not None:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode())
    host = request.client.host if request.client else None
    return is_loopback(host) and not proxies.trusts(host)
