"""Documents to start from, and whether the shared golden cases are there."""

import os
from typing import Any

import pytest

from tests.backend.promotions.cases import CASES


@pytest.fixture
def golden_cases_are_there() -> None:
    """CI must have the golden cases; elsewhere what needs them is skipped."""
    if CASES:
        return
    if os.environ.get("CI") == "true":
        pytest.fail("the file ../shared/cases/promotions.json is absent, and CI must not pass without the cases")
    pytest.skip("the golden cases of ../shared/cases are not on this machine")


@pytest.fixture
def basket() -> dict[str, Any]:
    """A member's basket of 2,340.00 RSD on a Wednesday morning, 300.00 of it two pieces of brand B."""
    return {
        "currency": "RSD",
        "now": "2026-11-18T10:15:00+01:00",
        "outlet": "beograd-1",
        "channel": "retail",
        "seller_tax_id": "100002888",
        "member": {"id": "m1", "card": "1900000000000001", "groups": ["pensioners"], "tier": "silver"},
        "lines": [
            {
                "id": "1",
                "sku": "A",
                "gtin": "8600115405206",
                "name": "Hleb beli 500g",
                "groups": ["bread"],
                "unit": "kom",
                "quantity": "1",
                "total": "2040.00",
            },
            {"id": "2", "sku": "B", "name": "Кефир 1л", "brand": "B", "quantity": "2", "total": "300.00"},
        ],
    }


@pytest.fixture
def promotion() -> dict[str, Any]:
    """One point for every full 100.00 RSD of the whole receipt."""
    return {"id": "p", "benefit": {"type": "points", "every": "100.00", "points": "1"}}
