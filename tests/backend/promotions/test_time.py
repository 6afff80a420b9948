"""A promotion's days and hours are those of the shop."""

from typing import Any

import pytest

from backend.promotions.documents import read_basket, read_promotions
from backend.promotions.engine import evaluate

Document = dict[str, Any]


def runs(promotion: Document, basket: Document, now: str) -> bool:
    outcome = evaluate(read_basket({**basket, "now": now}), read_promotions([promotion]))
    assert [stopped.reason for stopped in outcome.not_applied] in ([], ["validity"])
    return bool(outcome.applied)


@pytest.mark.parametrize(
    ("field", "value", "now", "expected"),
    [
        ("valid", {"from": "2026-11-01", "to": "2026-11-30"}, "2026-11-01T00:00:00+01:00", True),
        ("valid", {"from": "2026-11-01", "to": "2026-11-30"}, "2026-11-30T23:59:59+01:00", True),
        ("valid", {"from": "2026-11-01", "to": "2026-11-30"}, "2026-10-31T23:59:59+01:00", False),
        ("valid", {"from": "2026-11-01", "to": "2026-11-30"}, "2026-12-01T00:00:00+01:00", False),
        ("valid", {"from": "2026-03-01", "days": 7}, "2026-03-07T23:59:59+01:00", True),
        ("valid", {"from": "2026-03-01", "days": 7}, "2026-03-08T00:00:00+01:00", False),
        ("valid", {"to": "2026-11-30"}, "1999-01-01T00:00:00+01:00", True),
        ("weekdays", [6, 7], "2026-11-22T23:59:59+01:00", True),
        ("weekdays", [6, 7], "2026-11-23T00:00:00+01:00", False),
        ("weekdays", [], "2026-11-23T00:00:00+01:00", True),
        ("hours", {"from": "06:00", "to": "20:00"}, "2026-11-18T06:00:00+01:00", True),
        ("hours", {"from": "06:00", "to": "20:00"}, "2026-11-18T19:59:59.999999+01:00", True),
        ("hours", {"from": "06:00", "to": "20:00"}, "2026-11-18T20:00:00+01:00", False),
        ("hours", {"from": "22:00", "to": "02:00"}, "2026-11-18T22:00:00+01:00", True),
        ("hours", {"from": "22:00", "to": "02:00"}, "2026-11-18T01:59:00Z", True),
        ("hours", {"from": "22:00", "to": "02:00"}, "2026-11-18T02:00:00Z", False),
        ("hours", {"from": "20:00", "to": "24:00"}, "2026-11-18T23:59:59+01:00", True),
        ("on", ["2026-11-18", "2026-12-24"], "2026-11-18T00:00:00+01:00", True),
        ("on", ["2026-11-18", "2026-12-24"], "2026-11-19T00:00:00+01:00", False),
    ],
)
def test_days_and_hours_are_those_of_the_outlets_clock(
    promotion: Document, basket: Document, field: str, value: object, now: str, expected: bool
) -> None:
    assert runs({**promotion, field: value}, basket, now) is expected


def test_hours_after_midnight_belong_to_the_day_that_the_clock_shows(promotion: Document, basket: Document) -> None:
    friday_night = {**promotion, "weekdays": [5], "hours": {"from": "22:00", "to": "02:00"}}
    assert runs(friday_night, basket, "2026-11-20T01:00:00+01:00")
    assert not runs(friday_night, basket, "2026-11-21T01:00:00+01:00")
