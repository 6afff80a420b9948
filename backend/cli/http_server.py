"""The HTTP server that `paragon serve` runs: one process accepts, and its child answers.

A stop ends the open event streams first: the child would otherwise wait for clients that never leave. A child whose
parent was killed ends by itself, so that it does not keep the address.
"""

import os
import signal
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces, SSLProtocols
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from backend.app import END_STREAMS, SERVED_BY
from backend.kit.log import LOGGING

HEADERS_S_MAX = 5
"""How long a client may take to send a request's head."""
STOP_S_MAX = 40
"""After so long a child that does not end is killed; longer than jobs at work may take."""


class HttpServer(MPServer):
    """Granian, which tells its child that it is about to be stopped."""

    def _stop_workers(self) -> None:
        for child in self.wrks:
            if child.inner.pid is not None and child.inner.is_alive():
                os.kill(child.inner.pid, END_STREAMS)
        super()._stop_workers()  # type: ignore[no-untyped-call]


def serve_http(host: str, port: int, *, certificate: Path | None = None, key: Path | None = None) -> None:
    """Serve the application of the environment until told to stop."""
    os.environ[SERVED_BY] = str(os.getpid())
    # Inherited by the child, which a stop may reach before it is ready to hear it.
    signal.signal(END_STREAMS, signal.SIG_IGN)
    tls: dict[str, Any] = (
        {"ssl_cert": certificate, "ssl_key": key, "ssl_protocol_min": SSLProtocols.tls12} if certificate else {}
    )
    HttpServer(
        "backend.app:create",
        factory=True,
        interface=Interfaces.ASGI,
        address=host,
        port=port,
        http=HTTPModes.auto if certificate else HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADERS_S_MAX * 1000),
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S_MAX,
        websockets=False,
        log_dictconfig=LOGGING,
        **tls,
    ).serve()
