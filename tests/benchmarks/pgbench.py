"""pgbench's simple update, in a database of its own beside ours: the smallest posting that reaches the disk."""

import re
import subprocess

from backend.kit.embedded import OWNER_ROLE, EmbeddedServer

_DATABASE = "pgbench"
_LATENCY = re.compile(r"latency average = ([0-9.]+) ms")


def prepare(server: EmbeddedServer) -> None:
    """Make the database and fill it at the smallest scale."""
    _run(server, "psql", "-Xqc", f"create database {_DATABASE}", server.owner_url)
    _run(server, "pgbench", "-iq", server.url(role=OWNER_ROLE, database=_DATABASE))


def update_ms(server: EmbeddedServer, updates: int) -> float:
    """How long one client waits for one, on average over so many."""
    words = ("-n", "-b", "simple-update", "-M", "prepared", "-t", str(updates))
    said = _run(server, "pgbench", *words, server.url(role=OWNER_ROLE, database=_DATABASE))
    found = _LATENCY.search(said)
    assert found is not None, "pgbench says its latency"
    return float(found[1])


def _run(server: EmbeddedServer, program: str, *words: str) -> str:
    return subprocess.run([server.bin_dir / program, *words], check=True, capture_output=True, text=True).stdout
