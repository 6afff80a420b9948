"""pgbench beside ours on the same server: what the machine and PostgreSQL could do with nothing around them."""

import re
import subprocess
from pathlib import Path

from backend.kit.embedded import OWNER_ROLE, EmbeddedServer

_DATABASE = "pgbench"
_LATENCY = re.compile(r"latency average = ([0-9.]+) ms")
_RATE = re.compile(r"tps = ([0-9.]+)")
_THREADS = 2


def prepare(server: EmbeddedServer) -> None:
    """Make a database beside ours and fill it at the smallest scale."""
    _run(server, "psql", "-Xqc", f"create database {_DATABASE}", server.owner_url)
    _run(server, "pgbench", "-iq", server.url(role=OWNER_ROLE, database=_DATABASE))


def update_ms(server: EmbeddedServer, updates: int) -> float:
    """How long one client waits for a simple update, the smallest posting that reaches the disk, on average."""
    words = ("-n", "-b", "simple-update", "-M", "prepared", "-t", str(updates))
    return _found(_LATENCY, _run(server, "pgbench", *words, server.url(role=OWNER_ROLE, database=_DATABASE)))


def script_a_second(server: EmbeddedServer, script: Path, *, clients: int, seconds: int) -> float:
    """How often a second so many clients get through the script, in our own database."""
    words = ("-n", "-f", str(script), "-M", "prepared", "-c", str(clients), "-j", str(_THREADS), "-T", str(seconds))
    return _found(_RATE, _run(server, "pgbench", *words, server.owner_url))


def _found(figure: re.Pattern[str], said: str) -> float:
    found = figure.search(said)
    assert found is not None, "pgbench says it"
    return float(found[1])


def _run(server: EmbeddedServer, program: str, *words: str) -> str:
    return subprocess.run([server.bin_dir / program, *words], check=True, capture_output=True, text=True).stdout
