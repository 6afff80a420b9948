"""What processes of this machine have taken of its processors, as Linux tells it."""

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(named: str) -> float:
    """Processor seconds so far of the living processes whose command line holds that, in user and kernel together."""
    return (
        sum(_ticks(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit() and _is(entry, named)) * _TICK_S
    )


def _is(entry: Path, named: str) -> bool:
    try:
        return named in (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return False


def _ticks(entry: Path) -> int:
    try:
        fields = (entry / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0
    return int(fields[11]) + int(fields[12])
