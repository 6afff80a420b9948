"""Time and rightness of finding a printed line's product, beside rapidfuzz over the same names.

The peer is `process.extractOne` with `token_sort_ratio` over folded names, at the threshold of its own that accepts most
while at most one of 200 acceptances is wrong: nobody would know that threshold beforehand. An acceptance is wrong when
the product is another one, or when the catalogue does not have what was printed.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from rapidfuzz import fuzz, process

from backend.catalogue.matching.index import ProductFacts, compile_index, fold
from backend.catalogue.matching.matcher import LineFacts, Match, match
from tests.benchmarks.report import Figure, Goal, Report, Row, Say, Size
from tests.benchmarks.shelves import PRODUCTS, Printed, Shelves, catalogue_of, stock
from tests.benchmarks.turns import turns

_SEED = 22
_ROUNDS = {Size.FULL: 3, Size.TINY: 1}
_PEER_LINES = {Size.FULL: 150, Size.TINY: 10}
_MS_MAX = 1
_WRONG_PERCENT_MAX = 0.5
_WRONG_OF_200 = 200
_NEGATIVES = Path(__file__).parent / "hard_negatives.tsv"


@dataclass(frozen=True, slots=True)
class Verdicts:
    """How many acceptances were right and wrong."""

    right: int
    wrong: int

    @property
    def wrong_percent(self) -> float:
        """Of all acceptances."""
        return 100 * self.wrong / ((self.right + self.wrong) or 1)


def run(size: Size, say: Say) -> Report:
    """Measure, in this process and on one core."""
    shelves = stock(size, seed=_SEED)
    say("compiling")
    begun = time.process_time()
    index = compile_index(shelves.products)
    compile_s = time.process_time() - begun
    lines = [LineFacts(str(at), line.text, None) for at, line in enumerate(shelves.lines)]
    names = [fold(product.name) for product in shelves.products]
    peers = lines[: _PEER_LINES[size]]
    sides: list[tuple[str, Callable[[], object], int]] = [
        ("paragon", lambda: [match(index, line, {}) for line in lines], len(lines)),
        ("rapidfuzz", lambda: [_nearest(line.name, names) for line in peers], len(peers)),
    ]
    taken: dict[str, list[float]] = {who: [] for who, _, _ in sides}
    for who, work, count in turns(sides, _ROUNDS[size]):
        say(who)
        taken[who].append(_cpu_ms(work) / count)
    say("weighing what was accepted")
    found = [match(index, line, {}) for line in lines]
    nearest = [_nearest(line.name, names) for line in lines]
    return _report(size, shelves, found, nearest, {who: median(each) for who, each in taken.items()}, compile_s)


def hard_negatives() -> list[tuple[str, str, Match]]:
    """Hand-written pairs of a printed text and the product that it is not, with what matching says of them."""
    rows = [row.split("\t") for row in _NEGATIVES.read_text().splitlines() if row and not row.startswith("#")]
    index = compile_index(catalogue_of((name, brand or None) for _, name, brand in rows))
    return [(text, name, match(index, LineFacts("1", text, None), {})) for text, name, _ in rows]


def _cpu_ms(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return (time.process_time() - begun) * 1000


def _nearest(text: str, names: Sequence[str]) -> tuple[float, int]:
    """The peer's best name and how well it fits, in percent."""
    _, score, at = process.extractOne(fold(text), names, scorer=fuzz.token_sort_ratio)
    return score, at


def _ours(lines: Sequence[Printed], found: Sequence[Match]) -> Verdicts:
    accepted = [(line.sku, each.product.sku) for line, each in zip(lines, found, strict=True) if each.product]
    right = sum(sku == given for sku, given in accepted)
    return Verdicts(right, len(accepted) - right)


def _theirs(
    lines: Sequence[Printed], nearest: Sequence[tuple[float, int]], products: Sequence[ProductFacts]
) -> tuple[Verdicts, float]:
    """The peer's acceptances at the threshold that gives it the most right ones within the bound of wrong ones."""
    ranked = sorted(
        ((score, products[at].sku == line.sku) for line, (score, at) in zip(lines, nearest, strict=True)), reverse=True
    )
    best, threshold, right = Verdicts(0, 0), 100.0, 0
    for count, (score, is_right) in enumerate(ranked, start=1):
        right += is_right
        is_last = count == len(ranked) or ranked[count][0] < score
        if is_last and (count - right) * _WRONG_OF_200 <= count and right > best.right:
            best, threshold = Verdicts(right, count - right), score
    return best, threshold


def _report(
    size: Size,
    shelves: Shelves,
    found: Sequence[Match],
    nearest: Sequence[tuple[float, int]],
    ms: dict[str, float],
    compile_s: float,
) -> Report:
    ours = _ours(shelves.lines, found)
    theirs, threshold = _theirs(shelves.lines, nearest, shelves.products)
    possible = sum(line.sku is not None for line in shelves.lines)
    negatives = hard_negatives()
    fooled = [text for text, name, each in negatives if each.product is not None and each.product.name == name]
    rows: list[Row] = [
        {"case": "time", "who": who, "cpu_ms_per_line": taken, "products": PRODUCTS[size]} for who, taken in ms.items()
    ]
    rows += [_verdict_row("paragon", ours, possible), _verdict_row("rapidfuzz", theirs, possible)]
    rows += [_habit_row(habit, shelves, found) for habit in sorted({line.habit for line in shelves.lines})]
    rows.append({"case": "hard negatives", "who": "paragon", "lines": len(negatives), "accepted_wrong": len(fooled)})
    rows.append({"case": "compile", "who": "paragon", "cpu_s": compile_s, "products": PRODUCTS[size]})
    ratios: dict[str, Figure] = {
        "time_to_rapidfuzz": ms["paragon"] / ms["rapidfuzz"],
        "accepted_right_to_rapidfuzz": ours.right / (theirs.right or 1),
    }
    goals = {
        "ms_per_line_50000_products": Goal(ms["paragon"], "at most", _MS_MAX),
        "wrong_accepts": Goal(ours.wrong_percent / 100, "at most", _WRONG_PERCENT_MAX / 100),
        "hard_negatives_accepted": Goal(len(fooled), "at most", 0),
        "accepted_right_to_rapidfuzz": Goal(ratios["accepted_right_to_rapidfuzz"], "at least", 1),
    }
    return Report(
        rows=rows,
        ratios=ratios,
        goals=goals,
        notes=[
            f"{len(shelves.lines)} lines, drawn; of {possible} the catalogue has the product, of the others its sisters.",
            f"The peer at its best threshold, {threshold:.1f}, chosen on these very lines; ours was not told anything.",
            "Neither side has barcodes, links of staff or the seller to go by. Time is of the processor, readings warm.",
            "Lines that nobody could tell (no brand, no size) stay: right is to refuse them, and they count as possible.",
        ],
        libraries=["rapidfuzz"],
    )


def _verdict_row(who: str, verdicts: Verdicts, possible: int) -> Row:
    return {
        "case": "accepted",
        "who": who,
        "accepted_right": verdicts.right,
        "accepted_wrong": verdicts.wrong,
        "wrong_percent": verdicts.wrong_percent,
        "right_percent_of_possible": 100 * verdicts.right / (possible or 1),
    }


def _habit_row(habit: str, shelves: Shelves, found: Sequence[Match]) -> Row:
    pairs = [(line, each) for line, each in zip(shelves.lines, found, strict=True) if line.habit == habit]
    verdicts = _ours([line for line, _ in pairs], [each for _, each in pairs])
    possible = sum(line.sku is not None for line, _ in pairs)
    return {**_verdict_row("paragon", verdicts, possible), "case": f"habit {habit}"}
