"""Every benchmark runs at its tiny size and hands over what its readers count on; its times mean nothing here.

Shares are no times: all clean codes are read and all receipts settled at any size.
"""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from backend.cli import app
from backend.cli.bench import BenchmarksMissing
from tests.benchmarks.registry import BENCHMARKS
from tests.benchmarks.report import Goal, Size, percentile
from tests.benchmarks.turns import turns


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_hands_over_goals_beside_its_figures(name: str) -> None:
    said: list[str] = []
    document: dict[str, Any] = json.loads(json.dumps(BENCHMARKS[name].run(Size.TINY, said.append).document()))
    assert said
    assert document["goals"]
    for goal in document["goals"].values():
        assert set(goal) == {"value", "goal", "bound", "met"}
        assert isinstance(goal["value"], int | float)
        assert isinstance(goal["goal"], int | float)
        assert isinstance(goal["met"], bool)
    assert all(goal["met"] for name, goal in document["goals"].items() if name.endswith("_percent"))
    assert document["rows"]
    assert all(isinstance(cell, int | float | str) for row in document["rows"] for cell in row.values())
    assert document["ratios"]
    assert all(isinstance(ratio, int | float) and ratio > 0 for ratio in document["ratios"].values())
    assert document["notes"]
    assert {"cpu", "cores", "memory_mib"} <= set(document["machine"])
    assert {"python"} < set(document["versions"])


def test_a_goal_is_met_on_its_own_side_of_the_bound() -> None:
    assert Goal(3, "at least", 3).met
    assert not Goal(2.9, "at least", 3).met
    assert Goal(500, "at most", 500).met
    assert not Goal(500.1, "at most", 500).met


def test_percentiles_interpolate() -> None:
    assert percentile([1, 2, 3, 4], 50) == 2.5
    assert percentile([7], 99) == 7


def test_sides_take_turns_and_begin_in_turn() -> None:
    assert list(turns("ab", 3)) == ["a", "b", "b", "a", "a", "b"]


def test_without_a_name_the_benchmarks_are_listed() -> None:
    listed = CliRunner().invoke(app, ["bench", "--json"])
    assert listed.exit_code == 0
    assert [row["name"] for row in json.loads(listed.stdout)] == list(BENCHMARKS)


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    refused = CliRunner().invoke(app, ["bench", "nothing"])
    assert refused.exit_code == 2
    assert all(name in refused.stderr for name in BENCHMARKS)


def test_an_installation_without_the_source_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr("backend.cli.bench.ROOT", tmp_path)
    refused = CliRunner().invoke(app, ["bench"])
    assert isinstance(refused.exception, BenchmarksMissing)
