"""Paragon and zen-engine deciding about one basket, each with rules built beforehand and written as it would have them.

zen-engine gets a decision table that collects, a row for each discount, with a cell left empty where a rule does not
ask, as its documentation and its editor have rules written. It is measured in two such forms: looped over the lines, in
which it looks skus and brands up, and over the basket as a whole. A third form is what somebody who has read its source
would write: a table for each kind of fact, and the groups of lines unrolled by the caller, so that it looks all goods up.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Protocol

import zen

from backend.promotions.basket import Basket
from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.index import compile_index
from backend.promotions.outcome import Outcome
from tests.benchmarks.promotion_world import Line, Rule

_NOW = "2026-11-18T10:15:00+01:00"


@dataclass(frozen=True, slots=True)
class Decision:
    """Which discounts apply and what they take off together, in hundredths."""

    applied: frozenset[str]
    off_minor: int


class Engine(Protocol):
    """One engine with its rules."""

    def decision(self) -> Decision:
        """What it decides about the basket."""

    def time_ms(self, times: int) -> float:
        """How long it takes: the middle of so many decisions, by the clock."""


class Paragon:
    """Ours: the basket built from its lines, the index asked, everything decided, divided over lines and explained."""

    def __init__(self, rules: Sequence[Rule], lines: Sequence[Line]) -> None:
        promotions = read_promotions([_promotion(rule) for rule in rules])
        begun = time.perf_counter()
        self._index = compile_index(promotions)
        self.compile_ms = (time.perf_counter() - begun) * 1000
        self._basket = read_basket(_basket(lines))

    @property
    def touched(self) -> int:
        """How many promotions the index hands over."""
        return len(self._index.touched(self._basket))

    def decision(self) -> Decision:
        """What the outcome says."""
        outcome = self._decide()
        return Decision(frozenset(one.promotion for one in outcome.applied), outcome.discount_minor)

    def time_ms(self, times: int) -> float:
        """From the lines to the outcome."""
        return middle_ms(self._decide, times)

    def _decide(self) -> Outcome:
        read = self._basket
        basket = Basket(currency=read.currency, now=read.now, member=read.member, lines=read.lines)
        return evaluate(basket, self._index.touched(basket))


class Zen:
    """A compiled decision; handing the basket over as a dictionary is in the time, as it is in any use from Python."""

    def __init__(self, facts: dict[str, Any], *tables: dict[str, Any]) -> None:
        self._decision = zen.ZenEngine().create_decision(zen.ZenDecisionContent(json.dumps(_graph(tables))))
        self._facts = facts

    def decision(self) -> Decision:
        """The rows that held, in each table of every line or of the basket."""
        found: list[Any] = []
        for held in self._decision.evaluate(self._facts)["result"].values():
            for given in held:
                found.extend(given if isinstance(given, list) else [given])
        return Decision(frozenset(row["id"] for row in found), sum(int(row["off"]) for row in found))

    def time_ms(self, times: int) -> float:
        """One evaluation of the decision."""
        return middle_ms(lambda: self._decision.evaluate(self._facts), times)


def zen_by_line(rules: Sequence[Rule], lines: Sequence[Line]) -> Zen:
    """The table looped over the lines, each of which carries the basket's total."""
    total = sum(line.total_minor for line in lines)
    rows = [
        {
            "sku": ", ".join(map(json.dumps, rule.skus)),
            "brand": json.dumps(rule.brand) if rule.brand else "",
            "groups": f"some($, # == {json.dumps(rule.group)})" if rule.group else "",
            "basket_total": f">= {rule.least_total_minor}" if rule.least_total_minor else "",
            "id": json.dumps(rule.id),
            "off": _off("total", rule.percent),
        }
        for rule in rules
    ]
    table = _table(("sku", "brand", "groups", "basket_total"), rows)
    facts = {"lines": [_line(line) | {"basket_total": total} for line in lines]}
    return Zen(facts, _looped(table, "lines"))


def zen_by_basket(rules: Sequence[Rule], lines: Sequence[Line]) -> Zen:
    """The table over the basket's own facts; what a row takes off is summed over the lines that it names."""
    rows = []
    for rule in rules:
        skus, brand, group = json.dumps(list(rule.skus)), json.dumps(rule.brand), json.dumps(rule.group)
        named = f"some(#.groups, # == {group})" if rule.group else f"#.brand == {brand}"
        chosen = f"filter(lines, {f'#.sku in {skus}' if rule.skus else named})"
        rows.append(
            {
                "skus": f"some($, # in {skus})" if rule.skus else "",
                "brands": f"some($, # == {brand})" if rule.brand else "",
                "groups": f"some($, # == {group})" if rule.group else "",
                "total": f">= {rule.least_total_minor}" if rule.least_total_minor else "",
                "id": json.dumps(rule.id),
                "off": f"sum(map({'lines' if rule.least_total_minor else chosen}, {_off('#.total', rule.percent)}))",
            }
        )
    facts = facts_of(lines) | {"lines": [_line(line) for line in lines]}
    return Zen(facts, _table(("skus", "brands", "groups", "total"), rows))


def zen_by_fact(rules: Sequence[Rule], lines: Sequence[Line]) -> Zen:
    """Three tables: of skus and brands over the lines, of groups over each line's groups, of thresholds over the basket."""
    named, grouped, thresholds = [], [], []
    for rule in rules:
        given = {"id": json.dumps(rule.id), "off": _off("total", rule.percent)}
        if rule.group:
            grouped.append({"group": json.dumps(rule.group), **given})
        elif rule.least_total_minor:
            off = f"sum(map(lines, {_off('#.total', rule.percent)}))"
            thresholds.append({"total": f">= {rule.least_total_minor}", **given, "off": off})
        else:
            brand = json.dumps(rule.brand) if rule.brand else ""
            named.append({"sku": ", ".join(map(json.dumps, rule.skus)), "brand": brand, **given})
    facts = {
        "lines": [_line(line) for line in lines],
        "memberships": [{"group": group, "total": line.total_minor} for line in lines for group in line.groups],
        "total": sum(line.total_minor for line in lines),
    }
    return Zen(
        facts,
        _looped(_table(("sku", "brand"), named), "lines"),
        _looped(_table(("group",), grouped), "memberships"),
        _table(("total",), thresholds),
    )


def facts_of(lines: Sequence[Line]) -> dict[str, Any]:
    """What the basket holds as a whole."""
    return {
        "skus": [line.sku for line in lines],
        "brands": sorted({line.brand for line in lines}),
        "groups": sorted({group for line in lines for group in line.groups}),
        "total": sum(line.total_minor for line in lines),
    }


def middle_ms(decide: Callable[[], object], times: int) -> float:
    """The median of so many calls."""
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        decide()
        taken.append(time.perf_counter() - begun)
    return median(taken) * 1000


def _promotion(rule: Rule) -> dict[str, Any]:
    items: dict[str, Any] | None = None
    conditions = []
    if rule.least_total_minor:
        conditions.append({"type": "basket_total", "min": _money(rule.least_total_minor)})
    else:
        named = {"skus": list(rule.skus), "brands": [rule.brand], "groups": [rule.group]}
        items = {key: values for key, values in named.items() if values and values != [None]}
    benefit = {"type": "percent", "percent": str(rule.percent)}
    return {"id": rule.id, "items": items, "conditions": conditions, "benefit": benefit}


def _basket(lines: Sequence[Line]) -> dict[str, Any]:
    whole = [
        {
            "id": str(at),
            "sku": line.sku,
            "brand": line.brand,
            "groups": list(line.groups),
            "quantity": "1",
            "total": _money(line.total_minor),
        }
        for at, line in enumerate(lines)
    ]
    return {"currency": "RSD", "now": _NOW, "member": {"id": "m1"}, "lines": whole}


def _line(line: Line) -> dict[str, Any]:
    return {"sku": line.sku, "brand": line.brand, "groups": list(line.groups), "total": line.total_minor}


def _money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _off(total: str, percent: int) -> str:
    return f"floor((2 * {total} * {percent} + 100) / 200)"


def _table(inputs: Sequence[str], rows: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "hitPolicy": "collect",
        "inputs": [{"id": name, "name": name, "field": name} for name in inputs],
        "outputs": [{"id": name, "name": name, "field": name} for name in ("id", "off")],
        "rules": [{"_id": str(at), **row} for at, row in enumerate(rows)],
    }


def _looped(table: dict[str, Any], over: str) -> dict[str, Any]:
    return table | {"executionMode": "loop", "inputField": over}


def _graph(tables: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Each table between the input and the output, where its rows stand under its name."""
    place = {"position": {"x": 0, "y": 0}}
    nodes = [
        {"id": name, "name": name, "type": "decisionTableNode", "content": table | {"outputPath": name}, **place}
        for name, table in zip("abc", tables, strict=False)
    ]
    ends = [{"id": end, "name": end, "type": f"{end}putNode", **place} for end in ("in", "out")]
    steps = [(start, end) for node in nodes for start, end in (("in", node["id"]), (node["id"], "out"))]
    edges = [{"id": f"{start} {end}", "sourceId": start, "targetId": end, "type": "edge"} for start, end in steps]
    return {"nodes": [*nodes, *ends], "edges": edges}
