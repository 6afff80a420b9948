"""The golden cases that all programs share: those of types that the engine has are decided, the others are refused."""

from collections.abc import Iterator
from typing import Any

import pytest

from backend.promotions.documents import MalformedDocument, read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import outcome_document
from backend.promotions.promotion import Promotion
from backend.promotions.registry import BENEFITS, CONDITIONS

Case = dict[str, Any]


def foreign_parts(promotion: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Pointer below the promotion, and what the fault must name, of everything that the engine does not have."""
    if promotion["benefit"]["type"] not in BENEFITS:
        yield "/benefit/type", promotion["benefit"]["type"]
    for i, condition in enumerate(promotion.get("conditions") or []):
        if condition["type"] not in CONDITIONS:
            yield f"/conditions/{i}/type", condition["type"]
    for key in Promotion.NOT_SUPPORTED & promotion.keys():
        yield f"/{key}", "not supported"


def foreign(case: Case) -> list[tuple[str, str]]:
    return [
        (f"/{i}{pointer}", name)
        for i, promotion in enumerate(case["promotions"])
        for pointer, name in foreign_parts(promotion)
    ]


def check(case: Case, outcome: dict[str, Any]) -> None:
    reasons = {entry["promotion"]: entry["reason"] for entry in outcome["not_applied"]}
    missing = {entry["promotion"]: entry.get("missing") for entry in outcome["not_applied"]}
    observed = {
        "discount": outcome["discount"],
        "pay": outcome["pay"],
        "points": outcome["points"],
        "cashback": outcome["cashback"],
        "reason": reasons,
        "missing": missing,
    }
    for fact, expected in case["expect"].items():
        assert observed[fact] == expected, f"{case['name']}: {fact}"


def test_every_golden_case_of_types_that_the_engine_has_comes_out_as_written(shared_cases: list[Case]) -> None:
    own = [case for case in shared_cases if not foreign(case)]
    assert own
    for case in own:
        outcome = evaluate(read_basket(case["basket"]), read_promotions(case["promotions"]))
        check(case, outcome_document(outcome))


def test_every_other_golden_case_is_refused_and_each_foreign_part_is_named(shared_cases: list[Case]) -> None:
    for case in shared_cases:
        expected = foreign(case)
        if not expected:
            continue
        with pytest.raises(MalformedDocument) as refusal:
            read_promotions(case["promotions"])
        faults = {fault.pointer: fault.message for fault in refusal.value.faults}
        assert faults.keys() == {pointer for pointer, _ in expected}, case["name"]
        assert all(name in faults[pointer] for pointer, name in expected), case["name"]


def test_every_golden_basket_is_read(shared_cases: list[Case]) -> None:
    for case in shared_cases:
        assert len(read_basket(case["basket"]).lines or ()) == len(case["basket"]["lines"]), case["name"]
