"""Worked examples of the five systems, each decided by the promotions that a template makes; a file for every template."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from backend.campaigns.templates.building import build
from backend.campaigns.templates.registry import TEMPLATES
from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate
from backend.promotions.outcome import outcome_document
from tests.backend.promotions.test_golden import observed

GOLDEN = Path(__file__).parent / "golden"
Case = dict[str, Any]


def cases() -> Iterator[tuple[str, Case]]:
    for file in sorted(GOLDEN.glob("*.json")):
        for case in json.loads(file.read_text("utf-8"), parse_float=Decimal):
            yield file.stem, case


CASES = list(cases())


@pytest.mark.parametrize(("code", "case"), CASES, ids=[f"test_{case['name']}-{code}" for code, case in CASES])
def test_a_template_decides(code: str, case: Case) -> None:
    made = build(TEMPLATES[code], case["parameters"], own="own", name=code)
    outcome = evaluate(read_basket(case["basket"]), read_promotions([*made, *case.get("others", [])]))
    assert observed(outcome_document(outcome), case["expect"]) == case["expect"]


def test_every_template_has_its_golden_cases_and_every_case_its_template() -> None:
    assert {code for code, _ in CASES} == set(TEMPLATES)
    names = [(code, case["name"]) for code, case in CASES]
    assert len(set(names)) == len(names)
