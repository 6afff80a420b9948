"""Composes the ASGI application: the members' and the staff API, their descriptions, health, and the message console if switched on.

One application is one process; with `PARAGON_SERVE_WORKER` it runs jobs too. It starts only on a database that is up to
date and under a role that row-level security holds.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from litestar import Litestar, MediaType, Request, Response, Router, get
from litestar.exceptions import HTTPException, InternalServerException, NotFoundException, ValidationException
from litestar.openapi import OpenAPIConfig
from litestar.openapi.plugins import SwaggerRenderPlugin
from litestar.openapi.spec import Components, SecurityScheme
from litestar.static_files import create_static_files_router
from litestar.types import ASGIApp

import backend.staff_api.app
import mobile_api.app
from backend.accrual.desk import Desk
from backend.delivery.console_page import console_page
from backend.delivery.queries import recent
from backend.events.hub import EventHub
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.errors import ParagonError
from backend.kit.heap import hold_what_stands
from backend.kit.hot import HotConnection
from backend.kit.i18n import negotiate
from backend.kit.wake import Announcer
from backend.kit.web.edge import App, Edge
from backend.kit.web.problems import framework_refused, malformed, nested_too_deeply, refused, unforeseen
from backend.kit.web.proxies import Proxies
from backend.kit.web.uploads import FORM_BYTES_MAX
from backend.ledger.digital_card import cards_of
from backend.measured import metrics_page
from backend.postgres import database_urls
from backend.programmes.queries import tenants
from backend.receipts.reading import Reader
from backend.settings import Settings
from backend.sign_in.queries import shown_codes
from backend.staff.credentials import Vault
from backend.staff_api.context import StaffContext
from backend.worker.process import open_worker
from mobile_api.context import ApiContext
from receipt_parsers.registry import registry

SERVE_WORKER = "PARAGON_SERVE_WORKER"
SERVED_BY = "PARAGON_SERVED_BY"
"""The process that accepts for this one, if one does: when it is gone, so are we."""
END_STREAMS = signal.SIGUSR1
"""Sent before a stop: clients that follow events would never leave by themselves."""
_CONSOLE_MESSAGES = 50
_PARENT_EVERY_S = 0.5
_ASSETS = "/api/v1/docs/assets"
_ANSWERED: dict[int | type[Exception], Any] = {
    ParagonError: refused,
    ValidationException: malformed,
    HTTPException: framework_refused,
    RecursionError: nested_too_deeply,
    Exception: unforeseen,
}


def create() -> Litestar:
    """The application as the environment configures it; the embedded database is joined while it runs."""
    settings = Settings()
    urls = contextlib.ExitStack()
    opened = urls.enter_context(database_urls(settings, keep_up=True))
    app = compose(
        settings,
        opened.app,
        worker=os.environ.get(SERVE_WORKER) == "1",
        served_by=int(os.environ.get(SERVED_BY, "0")) or None,
        on_shutdown=urls.close,
    )
    hold_what_stands()
    return app


def compose(
    settings: Settings,
    url: str,
    *,
    worker: bool = False,
    served_by: int | None = None,
    on_shutdown: Callable[[], None] = lambda: None,
) -> Litestar:
    """The application on the database at `url`, which is ready; it ends with the process `served_by`."""
    announcer = Announcer(url)
    database = Database(url, connections_max=settings.connections_max, announce=announcer.poke)
    reader = Reader(registry(settings.playground_url))
    events = EventHub(database, url, streams_max=settings.streams_max, member_streams_max=settings.member_streams_max)
    desk = Desk(
        database,
        HotConnection(url, announce=announcer.poke),
        pending_max=settings.pending_receipts_max,
        clock=utc_now,
    )
    context = ApiContext(
        database=database,
        reader=reader,
        desk=desk,
        token_key=settings.token_key(),
        sign_in=settings.sign_in_rules(),
        devices_max=settings.devices_max,
        events=events,
        offers_kept=timedelta(seconds=settings.offer_hold_s),
        wallets=settings.wallets(cards_of),
    )

    @contextlib.asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        try:
            async with contextlib.AsyncExitStack() as running:
                if worker:
                    await running.enter_async_context(_working(url, settings))
                await running.enter_async_context(events.running())
                if served_by is not None:
                    await running.enter_async_context(_held_by(served_by, events.close))
                yield
        finally:
            await desk.close()
            await announcer.close()
            await database.close()
            on_shutdown()

    proxies = Proxies.parse(settings.trusted_proxies)
    app = Litestar(
        route_handlers=[
            mobile_api.app.router(context),
            mobile_api.app.apple_router(context),
            backend.staff_api.app.router(StaffContext(database, Vault(settings.token_key())), swagger=_swagger()),
            _health(database),
            metrics_page(database, events, settings.metrics_token, proxies),
            *([_console(database, settings.token_key())] if settings.console else []),
            _docs_assets(),
        ],
        lifespan=[lifespan],
        openapi_config=_description(),
        exception_handlers=_ANSWERED,
        request_max_body_size=FORM_BYTES_MAX,
        logging_config=None,
    )
    app.asgi_handler = cast("ASGIApp", Edge(cast("App", app.asgi_handler), proxies))
    return app


@contextlib.asynccontextmanager
async def _working(url: str, settings: Settings) -> AsyncIterator[None]:
    """Run jobs beside the API; the end of the block waits for those at work."""
    async with open_worker(url, settings) as worker:
        task = asyncio.get_running_loop().create_task(worker.run())
        try:
            yield
        finally:
            worker.stop()
            await task


@contextlib.asynccontextmanager
async def _held_by(parent: int, before_stop: Callable[[], None]) -> AsyncIterator[None]:
    """Hear the parent's notice that it is about to stop us, and stop when it is gone without one."""

    async def watch() -> None:
        while os.getppid() == parent:  # noqa: ASYNC110 (nobody tells an orphan)
            await asyncio.sleep(_PARENT_EVERY_S)
        before_stop()
        os.kill(os.getpid(), signal.SIGTERM)

    loop = asyncio.get_running_loop()
    loop.add_signal_handler(END_STREAMS, before_stop)
    watching = loop.create_task(watch())
    try:
        yield
    finally:
        watching.cancel()


def _health(database: Database) -> Router:
    @get("/livez", include_in_schema=False, media_type=MediaType.JSON)
    async def livez() -> dict[str, str]:
        """Whether the process runs."""
        return {"status": "live"}

    @get("/readyz", include_in_schema=False, media_type=MediaType.JSON)
    async def readyz() -> dict[str, str]:
        """Whether the process can serve: the database answers. 503 otherwise."""
        async with database.transaction(None):
            return {"status": "ready"}

    return Router(path="/", route_handlers=[livez, readyz])


def _console(database: Database, key: bytes) -> Router:
    @get("/console", include_in_schema=False)
    async def console(request: Request[Any, Any, Any]) -> Response[str]:
        """Every tenant's last messages, for demonstrations."""
        async with database.transaction(None) as session:
            everyone = await tenants(session)
        messages = []
        for tenant in everyone:
            async with database.transaction(tenant.id) as session:
                messages += await recent(session, tenant.id, _CONSOLE_MESSAGES)
                messages += await shown_codes(session, tenant.id, key=key, limit=_CONSOLE_MESSAGES, now=utc_now())
        messages.sort(key=lambda message: message.created_at, reverse=True)
        language = negotiate(request.headers.get("accept-language"))
        page = console_page(messages[:_CONSOLE_MESSAGES], language=language)
        return Response(page, media_type=MediaType.HTML, headers={"Content-Language": language})

    return Router(path="/", route_handlers=[console])


def _docs_assets() -> Router:
    """Swagger UI's own files, from an installed package: the page loads nothing from elsewhere."""
    spec = find_spec("drf_spectacular_sidecar")
    assert spec is not None, "the package is a dependency"
    assert spec.origin is not None, "the package is a folder of files"
    folder = Path(spec.origin).parent / "static" / "drf_spectacular_sidecar" / "swagger-ui-dist"
    return create_static_files_router(
        _ASSETS,
        directories=[folder],
        include_in_schema=False,
        exception_handlers=dict.fromkeys((ValueError, OSError, InternalServerException), _no_such_file),
    )


def _no_such_file(request: Request[Any, Any, Any], _: Exception) -> Response[Any]:
    """What the file system says of a name that no file can have: too long, or with a zero byte."""
    return framework_refused(request, NotFoundException())


def _swagger() -> SwaggerRenderPlugin:
    return SwaggerRenderPlugin(
        favicon="<link rel='icon' href='data:,'>",
        js_url=f"{_ASSETS}/swagger-ui-bundle.js",
        css_url=f"{_ASSETS}/swagger-ui.css",
        standalone_preset_js_url=f"{_ASSETS}/swagger-ui-standalone-preset.js",
    )


def _description() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="Paragon: members' API",
        version="1",
        path="/api/v1/docs",
        description="Fiscal receipts to points. Refusals are problems (RFC 9457) with a stable `code`.",
        use_handler_docstrings=True,
        render_plugins=[_swagger()],
        components=Components(
            security_schemes={"member": SecurityScheme(type="http", scheme="bearer", description="A member's token.")}
        ),
    )
