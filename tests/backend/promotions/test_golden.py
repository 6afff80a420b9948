"""The golden cases that all programs share, each decided as it is written."""

from decimal import Decimal
from typing import Any

import pytest

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import outcome_document
from tests.backend.promotions.cases import CASES, Case


def observed(outcome: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    """The facts that a case names, as it names them."""
    stopped = {entry["promotion"]: entry for entry in outcome["not_applied"]}
    bonuses = sum((Decimal(bonus["amount"]) for bonus in outcome["bonuses"]), Decimal("0.00"))
    facts = {
        **outcome,
        "bonus_total": str(bonuses),
        "gift_skus": [gift["sku"] for gift in outcome["gifts"]],
        "entries": {entry["draw"]: entry["count"] for entry in outcome["entries"]},
        "reason": {name: stopped[name]["reason"] for name in expected.get("reason", {})},
        "missing": {name: stopped[name]["missing"] for name in expected.get("missing", {})},
    }
    return {fact: facts[fact] for fact in expected}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_golden_case(case: Case) -> None:
    outcome = evaluate(read_basket(case["basket"]), read_promotions(case["promotions"]))
    assert observed(outcome_document(outcome), case["expect"]) == case["expect"]


@pytest.mark.usefixtures("golden_cases_are_there")
def test_there_are_golden_cases() -> None:
    assert len(CASES) > 30
