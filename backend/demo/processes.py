"""The demo's processes on loopback: the playground, and one that serves the API and runs jobs, or one for each.

Demos that start at once choose different ports: each holds its ports' numbers among UDP's, which nothing here uses and
which the kernel takes back from a demo that was killed.
"""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NoReturn

import httpx

from backend.demo.errors import DemoFailed

API_PORT, PLAYGROUND_PORT = 8000, 8001
WORKER = "worker"
_HOST = "127.0.0.1"
_TRIES = 20
_START_S = 30
_WATCH_S = 0.25
_STOP_S = 10


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where everything listens."""

    api: str
    playground: str


_USUAL = Addresses(f"http://{_HOST}:{API_PORT}", f"http://{_HOST}:{PLAYGROUND_PORT}")


@dataclass(frozen=True, slots=True)
class Running(Addresses):
    """The processes that listen there."""

    processes: dict[str, "subprocess.Popen[bytes]"]
    """By the address of each; WORKER is the one that listens nowhere."""
    log: Path

    def watch(self) -> NoReturn:
        """Stay while all of them run. Raises DemoFailed once one has ended."""
        while True:
            for address, process in self.processes.items():
                with contextlib.suppress(subprocess.TimeoutExpired):
                    status = process.wait(_WATCH_S)
                    raise DemoFailed(reason=f"the process at {address} ended ({status}); its output is in {self.log}")


@contextlib.contextmanager
def running(log: Path, *, jobs_apart: bool = False) -> Iterator[Running]:
    """The processes, answering; they are stopped with the block. Raises DemoFailed when one does not come up.

    With `jobs_apart` a process of its own runs the jobs, as on a machine that has a processor for it.
    """
    with contextlib.ExitStack() as stack:
        addresses = stack.enter_context(free_addresses())
        if addresses.api != _USUAL.api:
            log = log.with_stem(f"{log.stem}-{_port_of(addresses.api)}")  # another demo may write to the usual one
        processes: dict[str, subprocess.Popen[bytes]] = {}
        output = stack.enter_context(log.open("wb"))
        for address, command, path in (
            (addresses.playground, ["playground", "serve"], "/"),
            (addresses.api, ["serve"] if jobs_apart else ["serve", "--worker"], "/readyz"),
        ):
            process = start([*command, "--port", _port_of(address)], addresses, output)
            stack.callback(stop, process)
            processes[address] = process
            await_answer(f"{address}{path}", process, log)
        if jobs_apart:
            processes[WORKER] = start(["worker"], addresses, output)
            stack.callback(stop, processes[WORKER])
        yield Running(addresses.api, addresses.playground, processes, log)


@contextlib.contextmanager
def free_addresses() -> Iterator[Addresses]:
    """The usual addresses where they are free, else others; no other demo chooses them within the block."""
    with contextlib.ExitStack() as held:
        api, playground = (_hold(wanted, held) for wanted in (API_PORT, PLAYGROUND_PORT))
        yield Addresses(f"http://{_HOST}:{api}", f"http://{_HOST}:{playground}")


def start(command: Sequence[str], addresses: Addresses, output: IO[bytes]) -> "subprocess.Popen[bytes]":
    """A `paragon` command as a process that takes the playground's receipts and is impatient."""
    settings = {
        "PARAGON_PLAYGROUND_URL": addresses.playground,
        "PARAGON_CONSOLE": "true",
        "PARAGON_RETRY_UNIT_S": "1",
        "PARAGON_CODES_PER_NUMBER_MAX": "1000",  # each demo signs the same member in
    }
    return subprocess.Popen(
        [sys.executable, "-m", "backend.cli", *command],
        env={**os.environ, **settings},
        stdout=output,
        stderr=output,
    )


def _port_of(address: str) -> str:
    return address.rpartition(":")[2]


def _hold(wanted: int, held: contextlib.ExitStack) -> int:
    """The wanted port if it is free, else any; no other demo takes it as long as it is held."""
    for port in (wanted, *(0,) * _TRIES):
        with contextlib.suppress(OSError), socket.socket() as probe, contextlib.ExitStack() as holding:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((_HOST, port))
            found: int = probe.getsockname()[1]
            hold = holding.enter_context(socket.socket(type=socket.SOCK_DGRAM))
            hold.bind((_HOST, found))
            held.enter_context(holding.pop_all())
            return found
    raise DemoFailed(reason=f"no port of {_HOST} is free")


def await_answer(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Return once the process, whose output is the log, answers there. Raises DemoFailed when it ends or takes too long.

    It names its address once it has found it free: an answer before that is another program's.
    """
    named = f"{_HOST}:{httpx.URL(url).port}".encode()
    transport = httpx.HTTPTransport(retries=0)
    with httpx.Client(transport=transport, timeout=1) as client:
        for _ in range(_START_S * 10):
            if process.poll() is not None:
                break
            with contextlib.suppress(httpx.HTTPError):
                if named in log.read_bytes() and client.get(url).is_success and process.poll() is None:
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
