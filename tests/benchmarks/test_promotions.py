"""The comparison of promotion engines is refused when they differ, and says so when a peer is absent."""

from collections.abc import Sequence

import pytest

from tests.benchmarks import promotions
from tests.benchmarks.promotion_engines import Zen, zen_by_line
from tests.benchmarks.promotion_world import Line, Rule
from tests.benchmarks.report import Size


def test_a_peer_that_is_not_there_leaves_its_goal_unmeasured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promotions, "missing", lambda *, install: f"no npm, installing: {install}")
    report = promotions.run(Size.TINY, lambda _: None)
    assert "times_faster_than_zen" in report.goals
    assert "times_faster_than_json_rules" not in report.goals
    assert any(
        "times_faster_than_json_rules was not measured: no npm, installing: False" in note for note in report.notes
    )


def test_a_peer_that_comes_to_another_sum_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def one_rule_less(rules: Sequence[Rule], lines: Sequence[Line]) -> Zen:
        return zen_by_line(rules[1:], lines)

    monkeypatch.setattr(promotions, "missing", lambda *, install: f"{install}")
    monkeypatch.setattr(promotions, "zen_by_line", one_rule_less)
    with pytest.raises(AssertionError, match="zen, by line"):
        promotions.run(Size.TINY, lambda _: None)
