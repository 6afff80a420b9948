"""The demo's processes on loopback: the playground, and one that serves the API and runs jobs."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

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
    addresses = free_addresses()
    with contextlib.ExitStack() as stack:
        output = stack.enter_context(log.open("wb"))
        for command, probe in (
            (["playground", "serve", "--port", addresses.playground.rpartition(":")[2]], addresses.playground),
            (["serve", "--worker", "--port", addresses.api.rpartition(":")[2]], f"{addresses.api}/readyz"),
        ):
            process = start(command, addresses, output)
            stack.callback(stop, process)
            await_answer(probe, process, log)
        yield addresses


def free_addresses() -> Addresses:
    """The usual addresses where they are free, else others."""
    return Addresses(f"http://127.0.0.1:{_port(API_PORT)}", f"http://127.0.0.1:{_port(PLAYGROUND_PORT)}")


def start(command: Sequence[str], addresses: Addresses, output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """A `paragon` command as a process that takes the playground's receipts and is impatient."""
    settings = {
        "PARAGON_PLAYGROUND_URL": addresses.playground,
        "PARAGON_CONSOLE": "true",
        "PARAGON_RETRY_UNIT_S": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "backend.cli", *command],
        env={**os.environ, **settings},
        stdout=output,
        stderr=output,
    )


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


def await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the process answers there. Raises DemoFailed when it ends or takes too long."""
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


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a process in good order, or at once if that takes too long."""
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
