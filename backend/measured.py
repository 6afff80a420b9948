"""The page `/metrics`: what this process counted, and what the table of jobs holds now.

It is read from this machine or with the operator's token. Anybody else is told that there is no such page.
"""

import hmac
from typing import Any

from litestar import Request, Response, Router, get
from litestar.exceptions import NotFoundException
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import SecretStr

from backend.events.hub import EventHub
from backend.kit.db import Database
from backend.kit.jobs import counts
from backend.kit.metrics import POOL_MAX, POOL_USED, QUEUE, STREAMS
from backend.kit.web.proxies import Proxies, is_loopback


def metrics_page(database: Database, events: EventHub, token: SecretStr | None, proxies: Proxies) -> Router:
    """The page for this process's database and streams."""

    @get("/metrics", include_in_schema=False)
    async def metrics(request: Request[Any, Any, Any]) -> Response[bytes]:
        """Everything in Prometheus' text form."""
        if not _may_read(request, token, proxies):
            raise NotFoundException
        async with database.transaction(None) as session:
            queue = await counts(session)
        QUEUE.clear()
        for (kind, state), count in queue.items():
            QUEUE.labels(kind, state).set(count)
        STREAMS.set(events.open_streams)
        POOL_USED.set(database.connections_used)
        POOL_MAX.set(database.connections_max)
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return Router(path="/", route_handlers=[metrics])


def _may_read(request: Request[Any, Any, Any], token: SecretStr | None, proxies: Proxies) -> bool:
    """With a token only by it; without one from this machine, unless it speaks for others as a proxy."""
    if token is not None:
        given = request.headers.get("authorization", "")
        return hmac.compare_digest(given.encode(), f"Bearer {token.get_secret_value()}".encode())
    host = request.client.host if request.client else None
    return is_loopback(host) and not proxies.trusts(host)
