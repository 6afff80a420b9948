"""Brings the embedded server back when it was killed under those who use it.

A process that is inside keeps the server from being stopped, but not from being killed; whoever notices first enters
once more, which starts it, and the rest find it running.
"""

import contextlib
import logging
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

from backend.kit.embedded import place
from backend.kit.embedded.errors import EmbeddedServerError
from backend.kit.embedded.server import EmbeddedServer, running_server

_EVERY_S = 0.5
_LOG = logging.getLogger("paragon.embedded")


@contextlib.contextmanager
def kept_up(server: EmbeddedServer, data_dir: Path) -> Iterator[None]:
    """Watch the server from a thread for as long as the block runs; the caller is inside."""
    stopping = threading.Event()

    def watch() -> None:
        while not stopping.wait(_EVERY_S):
            if not _listens(server.socket_dir):
                _LOG.warning("the embedded server is gone and is started again")
                with contextlib.suppress(EmbeddedServerError, OSError), running_server(data_dir):
                    pass

    thread = threading.Thread(target=watch, name="embedded-keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def _listens(socket_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        return client.connect_ex(str(socket_dir / f".s.PGSQL.{place.PORT}")) == 0
