"""`paragon bench`: measure this machine, ours beside a peer's, in the same run.

Benchmarks need peers that only developers install, and are no part of what users install: they live in the project's
`tests/benchmarks`, and are loaded from there, so the command works where the project is checked out.
"""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

import typer

from backend.cli.output import Json, err, out, show
from backend.kit.errors import ErrorKind, ParagonError

if TYPE_CHECKING:
    from tests.benchmarks.registry import Benchmark

ROOT = Path(__file__).parents[2]


class BenchmarksMissing(ParagonError):
    """The project is installed without its tests, or without the tools of its developers."""

    code: ClassVar[str] = "benchmarks-missing"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "The benchmarks cannot run here: {reason}."


def bench(
    name: Annotated[str | None, typer.Argument(help="Which benchmark; without it, they are listed.")] = None,
    as_json: Json = False,
) -> None:
    """Measure one thing beside a peer, with goals; without a name, list what can be measured."""
    benchmarks = _benchmarks()
    if name is None:
        listed = [{"name": name, "says": benchmark.says} for name, benchmark in benchmarks.items()]
        show(listed, as_json=as_json, people=lambda: _list(benchmarks))
        return
    if name not in benchmarks:
        raise typer.BadParameter(f"there are {', '.join(benchmarks)}", param_hint="NAME")
    document = {"benchmark": name, **_measured(name, benchmarks[name])}
    show(document, as_json=as_json, people=lambda: _report(document))


def _benchmarks() -> "Mapping[str, Benchmark]":
    if not (ROOT / "tests" / "benchmarks" / "registry.py").is_file():
        raise BenchmarksMissing(reason="they are part of the project's source, which is not installed")
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))
    found: Mapping[str, Benchmark] = importlib.import_module("tests.benchmarks.registry").BENCHMARKS
    return found


def _measured(name: str, benchmark: "Benchmark") -> dict[str, Any]:
    """The run's document. The progress line goes to standard error, and only to a terminal."""
    from tests.benchmarks.report import Size

    with err.status(f"{name}: beginning") as status:
        try:
            return benchmark.run(Size.FULL, lambda text: status.update(f"{name}: {text}")).document()
        except ImportError as error:
            raise BenchmarksMissing(reason=f"a peer is not installed ({error})") from error


def _list(benchmarks: "Mapping[str, Benchmark]") -> None:
    width = max(map(len, benchmarks))
    for name, benchmark in benchmarks.items():
        out.print(f"{name.rjust(width)}  {benchmark.says}", markup=False)


def _report(document: dict[str, Any]) -> None:
    from rich.table import Table

    columns = list(dict.fromkeys(column for row in document["rows"] for column in row))
    table = Table()
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in document["rows"]:
        table.add_row(*(str(row.get(column, "")) for column in columns))
    out.print(table)
    for ratio, value in document["ratios"].items():
        out.print(f"{ratio}: {value}", markup=False)
    for goal, verdict in document["goals"].items():
        mark = "[green]met[/]" if verdict["met"] else "[red]not met[/]"
        out.print(f"goal {goal}: {verdict['value']}, {verdict['bound']} {verdict['goal']}: {mark}")
    for note in document["notes"]:
        out.print(f"  {note}", markup=False)
    for what in ("machine", "versions"):
        out.print(f"  {what}: {', '.join(f'{key} {value}' for key, value in document[what].items())}", markup=False)
