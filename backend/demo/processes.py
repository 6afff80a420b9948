"""The demo's processes on loopback: the playground, and one that serves the API and runs jobs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx

from backend.demo.errors import DemoFailed

API_PORT, PLAYGROUND_PORT = 8000, 8001
_START_S = 30
_STOP_S = 10


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens."""

    api: str
    playground: str


@contextlib.contextmanager
def running(log: Path) -> Iterator[Addresses]:
    """Both processes, answering; they are stopped with the block. Raises DemoFailed when one does not come up."""
    addresses = Addresses(f"http://127.0.0.1:{_port(API_PORT)}", f"http://127.0.0.1:{_port(PLAYGROUND_PORT)}")
    settings = {
        "PARAGON_PLAYGROUND_URL": addresses.playground,
        "PARAGON_CONSOLE": "true",
        "PARAGON_RETRY_UNIT_S": "1",
    }
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        for command, probe in (
            (["playground", "serve", "--port", addresses.playground.rpartition(":")[2]], addresses.playground),
            (["serve", "--worker", "--port", addresses.api.rpartition(":")[2]], f"{addresses.api}/readyz"),
        ):
            process = subprocess.Popen(
                [sys.executable, "-m", "backend.cli", *command],
                env={**os.environ, **settings},
                stdout=output,
                stderr=output,
            )
            stack.callback(_stop, process)
            _await_answer(probe, process, log)
        yield addresses


def _port(wanted: int) -> int:
    """The wanted port if it is free, else any."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport, timeout=1) as client:
        for _ in range(_START_S * 10):
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if client.get(url).is_success:
                    return
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.1)
    raise DemoFailed(reason=f"{url} does not answer; its output is in {log}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
