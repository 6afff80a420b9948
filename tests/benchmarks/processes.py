"""What a process and those that it started have taken of the machine's processors, as Linux tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    """Processor seconds so far of the process, its living descendants and those it has outlived."""
    parents = dict(_living())
    family = {pid}
    while grown := {child for child, (parent, _) in parents.items() if parent in family} - family:
        family |= grown
    return sum(ticks for child, (_, ticks) in parents.items() if child in family) * _TICK_S


def postmaster(data_dir: Path) -> int:
    """The process of the embedded server whose data are there."""
    return int((data_dir / "postgres-18" / "cluster" / "postmaster.pid").read_text().split()[0])


def _living() -> Iterator[tuple[int, tuple[int, int]]]:
    """Every process with its parent and its ticks, in user and kernel, with those of children that it buried."""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        yield int(entry.name), (int(fields[1]), sum(map(int, fields[11:15])))
