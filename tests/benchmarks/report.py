"""What a benchmark hands over: rows of figures, ratios, goals with their verdicts, and what was and was not measured.

A ratio is against a peer that was measured in the same run, turn by turn: figures of one machine mean nothing on
another. Every repeated measurement counts by its median, so that neither a lucky nor an unlucky round decides.
"""

import os
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version
from pathlib import Path
from statistics import quantiles
from typing import Literal

Figure = int | float
Row = dict[str, Figure | str]
Say = Callable[[str], None]

_DIGITS = 3
_BYTES_PER_MIB = 1024 * 1024


class Size(StrEnum):
    """How much a benchmark does: in full for figures, tiny to show that it works; the figures of tiny mean nothing."""

    FULL = "full"
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure and the bound it should keep."""

    value: Figure
    bound: Literal["at least", "at most"]
    goal: Figure

    @property
    def met(self) -> bool:
        """Whether the figure keeps the bound."""
        return self.value >= self.goal if self.bound == "at least" else self.value <= self.goal


@dataclass(frozen=True, slots=True)
class Report:
    """One run. `rows` begin with what was measured and whose figures they are; `notes` are sentences for the reader.

    `libraries` are the distributions whose versions the figures depend on; `postgres` is the server's version.
    """

    rows: Sequence[Row]
    ratios: dict[str, Figure]
    goals: dict[str, Goal]
    notes: Sequence[str]
    libraries: Sequence[str]
    postgres: str | None = None

    def document(self) -> dict[str, object]:
        """The run as one JSON object, figures rounded to the thousandth."""
        return {
            "goals": {
                name: {"value": _rounded(goal.value), "goal": goal.goal, "bound": goal.bound, "met": goal.met}
                for name, goal in self.goals.items()
            },
            "ratios": {name: _rounded(ratio) for name, ratio in self.ratios.items()},
            "rows": [{name: _rounded(cell) for name, cell in row.items()} for row in self.rows],
            "notes": list(self.notes),
            "machine": _machine(),
            "versions": self._versions(),
        }

    def _versions(self) -> dict[str, str]:
        server = {"postgres": self.postgres} if self.postgres else {}
        return {"python": platform.python_version(), **server, **{name: version(name) for name in self.libraries}}


def percentile(values: Sequence[Figure], percent: int) -> float:
    """The value that so many percent of the values do not exceed; between two of them it interpolates."""
    if len(values) == 1:
        return float(values[0])
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def number(row: Row, column: str) -> Figure:
    """The figure in a column of figures."""
    cell = row[column]
    assert not isinstance(cell, str), "the column holds figures"
    return cell


def _rounded(cell: Figure | str) -> Figure | str:
    return round(cell, _DIGITS) if isinstance(cell, float) else cell


def _machine() -> dict[str, Figure | str]:
    return {
        "cpu": _cpu_model(),
        "cores": os.cpu_count() or 1,
        "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _BYTES_PER_MIB,
        "load_1m_at_end": _rounded(os.getloadavg()[0]),
    }


def _cpu_model() -> str:
    """The processor's name where Linux tells it, else its architecture."""
    table = Path("/proc/cpuinfo")
    lines = table.read_text().splitlines() if table.exists() else []
    names = [
        value.strip() for label, _, value in (line.partition(":") for line in lines) if label.strip() == "model name"
    ]
    return names[0] if names else platform.machine()
