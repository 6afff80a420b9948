"""Serves a worker's measurements beside its jobs, in the same loop and from the same connections."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from backend.kit.db import Database
from backend.kit.web.proxies import Proxies
from backend.measured import worker_page
from backend.settings import Settings

_HEADERS_S_MAX = 5


@contextlib.asynccontextmanager
async def serving_metrics(database: Database, settings: Settings, host: str, port: int) -> AsyncIterator[None]:
    """Answer `/metrics` there while the block runs."""
    page = worker_page(database, settings.metrics_token, Proxies.parse(settings.trusted_proxies))
    server = Server(
        page,
        address=host,
        port=port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=_HEADERS_S_MAX * 1000),
        websockets=False,
        log_enabled=False,
    )
    serving = asyncio.get_running_loop().create_task(server.serve())
    try:
        yield
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving
