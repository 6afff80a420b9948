"""The clock's time to decide about a basket of 30 lines while few and many discounts run, beside two rule engines.

Everybody holds the same discounts, built beforehand, and must name the same ones and take off the same sum, or there is
no figure at all. Ours also caps, divides over lines and explains what it gives; the peers only find it. zen-engine is held against the goal in the forms in
which its documentation has rules written, one table with a row for each; beside the goal stands its fastest form, for
which rules and input are taken apart by hand.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from statistics import median

from tests.benchmarks.promotion_engines import Engine, Paragon, zen_by_basket, zen_by_fact, zen_by_line
from tests.benchmarks.promotion_node import JsonRules, missing, version
from tests.benchmarks.promotion_world import CONCERNED, Line, Rule, bought, running
from tests.benchmarks.report import Figure, Goal, Report, Row, Say, Size
from tests.benchmarks.turns import turns

_ACTIVE = {Size.FULL: (10, 1_000, 10_000), Size.TINY: (10, 40, 80)}
_ROUNDS = {Size.FULL: 7, Size.TINY: 1}
_WARM_UP = 3
_MS_GOAL, _FASTER_GOAL, _GROWTH_GOAL = 0.5, 100, 1.3
_JSON_RULES = "json-rules-engine"

_TIMES = {"paragon": 200, "zen, by line": 20, "zen, by basket": 5, "zen, by fact": 20, _JSON_RULES: 3}
"""Decisions of one turn; a turn counts by the middle of them."""

Side = tuple[int, str]
"""How many discounts run, and who decides."""


def run(size: Size, say: Say) -> Report:
    """Measure, every engine in turn, for each number of discounts."""
    lines, absent = bought(), missing(install=size is Size.FULL)
    with ExitStack() as closing:
        engines: dict[Side, Engine] = {}
        for active in _ACTIVE[size]:
            say(f"{active} discounts: building the engines")
            held = _engines(running(active, lines), lines, closing, with_node=absent is None)
            _agree(held)
            engines |= {(active, who): engine for who, engine in held.items()}
        times = _measure(engines, _ROUNDS[size], say)
        rows = [_row(*side, ms, engines[side]) for side, ms in times.items()]
    return _report(times, rows, _ACTIVE[size], absent)


def _engines(rules: Sequence[Rule], lines: Sequence[Line], closing: ExitStack, *, with_node: bool) -> dict[str, Engine]:
    engines: dict[str, Engine] = {
        "paragon": Paragon(rules, lines),
        "zen, by line": zen_by_line(rules, lines),
        "zen, by basket": zen_by_basket(rules, lines),
        "zen, by fact": zen_by_fact(rules, lines),
    }
    if with_node:
        engines[_JSON_RULES] = json_rules = JsonRules(rules, lines)
        closing.callback(json_rules.close)
    return engines


def _agree(engines: Mapping[str, Engine]) -> None:
    """Everybody applies the same discounts and takes off the same, or the comparison means nothing."""
    decisions = {who: engine.decision() for who, engine in engines.items()}
    expected = decisions["paragon"]
    other = {who for who, decision in decisions.items() if decision != expected}
    assert expected.applied, "some discounts apply"
    assert not other, f"another outcome than ours: {', '.join(sorted(other))}"


def _measure(engines: Mapping[Side, Engine], rounds: int, say: Say) -> dict[Side, float]:
    for engine in engines.values():
        engine.time_ms(_WARM_UP)
    taken: dict[Side, list[float]] = {side: [] for side in engines}
    for side in turns(tuple(engines), rounds):
        say(f"{side[0]} discounts: {side[1]}")
        taken[side].append(engines[side].time_ms(_TIMES[side[1]]))
    return {side: median(found) for side, found in taken.items()}


def _report(times: Mapping[Side, float], rows: list[Row], active: Sequence[int], absent: str | None) -> Report:
    middle, most = active[-2:]
    ours = times[most, "paragon"]
    ratios: dict[str, Figure] = {
        f"{who}_to_paragon".replace(", ", "_").replace(" ", "_").replace("-", "_"): ms / ours
        for (many, who), ms in times.items()
        if many == most and who != "paragon"
    }
    growth = ours / times[middle, "paragon"]
    zen = min(times[most, who] for who in ("zen, by line", "zen, by basket"))
    goals = {
        "ms_at_10000": Goal(ours, "at most", _MS_GOAL),
        "times_faster_than_zen": Goal(zen / ours, "at least", _FASTER_GOAL),
        "growth_tenfold_same_touched": Goal(growth, "at most", _GROWTH_GOAL),
    }
    notes = [
        "Every engine named the same discounts and took off the same sum, or this run would have ended.",
        f"Times are of the clock; {CONCERNED} of the discounts concern the basket, in every world that has as many.",
        "Ours is from lines to the whole outcome: capped, divided over lines and explained. The peers only find.",
        "The goal beside zen-engine is held against the faster of its two forms of one table.",
        "Split by hand into a table for each kind of fact, zen-engine looks all goods up: see zen_by_fact_to_paragon.",
        "Excluded: building the engines; for json-rules-engine also computing what is taken off.",
    ]
    if absent is None:
        goals["times_faster_than_json_rules"] = Goal(times[most, _JSON_RULES] / ours, "at least", _FASTER_GOAL)
        notes.append(f"json-rules-engine {version()}.")
    else:
        notes.append(f"times_faster_than_json_rules was not measured: {absent}.")
    return Report(rows, ratios | {"growth": growth}, goals, notes, ["zen-engine"])


def _row(active: int, who: str, ms: float, engine: Engine) -> Row:
    row: Row = {"active": active, "who": who, "ms": ms}
    return row | {"touched": engine.touched, "compile_ms": engine.compile_ms} if isinstance(engine, Paragon) else row
