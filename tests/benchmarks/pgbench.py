"""pgbench beside ours on the same server: what the machine and PostgreSQL could do with nothing around them."""

import re
import subprocess
from pathlib import Path

from backend.kit.embedded import EmbeddedServer

_RATE = re.compile(r"tps = ([0-9.]+)")
_THREADS = 2


def script_a_second(server: EmbeddedServer, script: Path, *, clients: int, seconds: int) -> float:
    """How often a second so many clients get through the script, in our own database."""
    words = ("-n", "-f", str(script), "-M", "prepared", "-c", str(clients), "-j", str(_THREADS), "-T", str(seconds))
    found = _RATE.search(_run(server, "pgbench", *words, server.owner_url))
    assert found is not None, "pgbench says its rate"
    return float(found[1])


def _run(server: EmbeddedServer, program: str, *words: str) -> str:
    return subprocess.run([server.bin_dir / program, *words], check=True, capture_output=True, text=True).stdout
