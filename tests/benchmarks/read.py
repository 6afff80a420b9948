"""CPU time to read a code and an answer of an authority, beside the least that any reader must do.

The peers are floors, no readers: for a code, undoing percent and base64 and one MD5 over the bytes; for a JSON answer,
`json.loads`; for a page, BeautifulSoup with Python's own HTML parser giving all of the page's text. None of them finds
a field, checks a fact against another or parses the printed journal, all of which ours does.
"""

import base64
import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from urllib.parse import unquote

from bs4 import BeautifulSoup

from receipt_parsers.authorities.playground import playground_authority
from receipt_parsers.playground.answer import receipt_answer
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.registry import Registry
from tests.benchmarks.report import Goal, Report, Row, Say, Size
from tests.benchmarks.turns import turns

_SLIPS = {Size.FULL: 200, Size.TINY: 2}
_ROUNDS = {Size.FULL: 7, Size.TINY: 1}
_SEED = 22
_URL = "https://playground.example"
_START = datetime(2026, 9, 2, 8, 0, tzinfo=UTC)
# Bounds against becoming slower, set with room to spare above the first run; no reader can reach 1.
_RATIO_GOALS = {"code_to_base64_and_md5": 5, "json_answer_to_json_loads": 50, "page_to_beautifulsoup": 2}


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of reading by one side, over all its inputs."""

    case: str
    who: str
    read: Callable[[str], object]
    inputs: Sequence[str]

    def cpu_us(self) -> float:
        """CPU time of the process for one input, on average over all."""
        begun = time.process_time()
        for given in self.inputs:
            self.read(given)
        return (time.process_time() - begun) * 1_000_000 / len(self.inputs)


def run(size: Size, say: Say) -> Report:
    """Measure, in this process and on one core."""
    works = _works(_SLIPS[size])
    say("warming up")
    for work in works:
        work.cpu_us()
    taken: dict[tuple[str, str], list[float]] = {(work.case, work.who): [] for work in works}
    for work in turns(works, _ROUNDS[size]):
        say(f"{work.case}: {work.who}")
        taken[work.case, work.who].append(work.cpu_us())
    return _report({side: median(rounds) for side, rounds in taken.items()}, _SLIPS[size], _ROUNDS[size])


def _works(slips: int) -> list[Work]:
    issuer = PlaygroundAuthority(_URL, seed=_SEED)
    issued = [issuer.issue(_START + timedelta(minutes=number)) for number in range(slips)]
    codes = [slip.payload for slip in issued]
    answers = [receipt_answer(slip.document) for slip in issued]
    pages = [issuer.open_page(slip, _START) for slip in issued]
    authority = playground_authority(_URL)
    registry = Registry([authority])
    return [
        Work("code", "paragon", registry.recognise, codes),
        Work("code", "base64 and MD5", _undo_base64, codes),
        Work("json answer", "paragon", lambda answer: authority.parse(answer.encode()), answers),
        Work("json answer", "json.loads", json.loads, answers),
        Work("page", "paragon", lambda page: authority.parse(page.encode()), pages),
        Work("page", "BeautifulSoup", lambda page: BeautifulSoup(page, "html.parser").get_text(), pages),
    ]


def _undo_base64(text: str) -> bytes:
    content = base64.b64decode(unquote(text.partition("vl=")[2]))
    return hashlib.md5(content[:-16], usedforsecurity=False).digest()


def _report(taken: dict[tuple[str, str], float], slips: int, rounds: int) -> Report:
    ours = {case: us for (case, who), us in taken.items() if who == "paragon"}
    ratios = {
        f"{case} to {who}".replace(" ", "_").replace(".", "_").lower(): ours[case] / us
        for (case, who), us in taken.items()
        if who != "paragon"
    }
    return Report(
        rows=[_row(case, who, us) for (case, who), us in taken.items()],
        ratios=ratios,
        goals={name: Goal(ratios[name], "at most", goal) for name, goal in _RATIO_GOALS.items()},
        notes=[
            f"{slips} drawn slips of the playground, the same for both sides; median of {rounds} rounds.",
            "Ratios are of CPU time, ours to the peer's: below 1 ours is cheaper.",
            "The peers are floors: they find no field, check nothing and do not read the printed journal; ours does.",
            "Ours includes encoding or decoding UTF-8. Excluded: fetching, the database, one round to warm up.",
        ],
        libraries=["beautifulsoup4"],
    )


def _row(case: str, who: str, us: float) -> Row:
    return {"case": case, "who": who, "cpu_us": us, "per_cpu_second": 1_000_000 / us}
