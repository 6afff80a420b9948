"""json-rules-engine deciding about one basket, in a Node.js process that stays and takes its own time.

One rule for each discount, over facts that are the basket's skus, brands, groups and total. The engine says which rules
hold; what they take off is then computed here, outside of any measured time.
"""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.promotion_engines import Decision, facts_of
from tests.benchmarks.promotion_world import Line, Rule

PEERS = Path(__file__).parent / "peers"
_INSTALLED = PEERS / "node_modules" / "json-rules-engine" / "package.json"
_INSTALL_SECONDS = 120
_END_SECONDS = 10


def missing(*, install: bool) -> str | None:
    """Why the peer cannot be measured here, or None; `install` lets npm fetch what the lock file names."""
    if shutil.which("node") is None:
        return "Node.js is not on this machine (Debian: nodejs, npm)"
    if _INSTALLED.is_file():
        return None
    if not install or shutil.which("npm") is None:
        return "its package is not installed (npm ci in tests/benchmarks/peers)"
    try:
        subprocess.run(["npm", "ci", "--silent"], cwd=PEERS, check=True, capture_output=True, timeout=_INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        return f"npm could not install it ({type(error).__name__})"
    return None


def version() -> str:
    """The version that is installed."""
    return str(json.loads(_INSTALLED.read_text("utf-8"))["version"])


class JsonRules:
    """The engine in its process; `close` ends that."""

    def __init__(self, rules: Sequence[Rule], lines: Sequence[Line]) -> None:
        self._rules = {rule.id: rule for rule in rules}
        self._lines = lines
        self._process = subprocess.Popen(
            ["node", "json_rules.js"], cwd=PEERS, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._ask({"rules": [_rule(rule) for rule in rules]})

    def decision(self) -> Decision:
        """The rules whose events came."""
        events = self._run(1)["events"]
        held = frozenset(str(event["params"]["id"]) for event in events)
        return Decision(held, sum(self._rules[name].off_minor(self._lines) for name in held))

    def time_ms(self, times: int) -> float:
        """One run of the engine, as its own process takes the time."""
        taken: list[float] = self._run(times)["times"]
        return median(taken)

    def close(self) -> None:
        """End the process."""
        self._process.communicate(timeout=_END_SECONDS)

    def _run(self, times: int) -> dict[str, Any]:
        return self._ask({"facts": facts_of(self._lines), "times": times})

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _rule(rule: Rule) -> dict[str, Any]:
    if rule.skus:
        condition: dict[str, Any] = {"fact": "skus", "operator": "someFact:in", "value": list(rule.skus)}
    elif rule.brand:
        condition = {"fact": "brands", "operator": "contains", "value": rule.brand}
    elif rule.group:
        condition = {"fact": "groups", "operator": "contains", "value": rule.group}
    else:
        condition = {"fact": "total", "operator": "greaterThanInclusive", "value": rule.least_total_minor}
    return {"conditions": {"all": [condition]}, "event": {"type": "off", "params": {"id": rule.id}}}
