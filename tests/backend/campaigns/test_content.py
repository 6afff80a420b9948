"""What a campaign says is read with all its faults, and what it restricts stands in each of its promotions."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.campaigns.content import composed, pools_of, read_content
from backend.campaigns.differences import differences
from backend.campaigns.schemes import of_scheme
from backend.promotions.documents import MalformedDocument, read_promotions
from tests.fixtures.campaigns import FIVE, giving


def test_tron_05_what_the_campaign_names_must_all_hold_before_the_promotions_own_conditions() -> None:
    least = {"type": "basket_total", "min": "100.00"}
    content = {
        "audience": {"groups": ["students"], "tiers": ["silver"], "members": ["m1"]},
        "partners": ["101000015"],
        "outlets": ["bg-1", "bg-2"],
        "promotions": [giving("5", items={"groups": ["dairy"]}, conditions=[least]), giving("1", id="one")],
    }
    named = [
        {"type": "customer_group", "in": ["students"]},
        {"type": "tier", "in": ["silver"]},
        {"type": "member", "in": ["m1"]},
        {"type": "seller", "tax_ids": ["101000015"]},
        {"type": "outlet", "in": ["bg-1", "bg-2"]},
    ]
    one, other = composed(content)
    assert (one["conditions"], one["items"]) == ([*named, least], {"groups": ["dairy"]})
    assert other["conditions"] == named


def test_a_campaign_that_restricts_nothing_leaves_its_promotions_as_they_are() -> None:
    assert composed({"promotions": [FIVE]}) == [FIVE]


def test_limits_of_the_whole_campaign_narrow_its_promotions_and_have_a_pool_of_their_own() -> None:
    own = giving("5", limits={"total": 3, "per_member": 1})
    content = {"limits": {"total": 10, "budget": "50.00"}, "promotions": [own, giving("1", id="one")]}
    assert [each["limits"] for each in composed(content)] == [
        {"total": 3, "per_member": 1, "budget": "50.00"},
        {"total": 10, "budget": "50.00"},
    ]
    assert pools_of(content) == {("", "uses"): 10, ("", "value"): 50_00, ("five", "uses"): 3}


DAYS = st.dates(date(2026, 1, 1), date(2026, 1, 20))


@st.composite
def periods(draw: st.DrawFn) -> dict[str, Any] | None:
    first, length = draw(DAYS), draw(st.integers(1, 9))
    last = first + timedelta(days=length - 1)
    return draw(
        st.sampled_from(
            [
                None,
                {"from": first.isoformat()},
                {"to": last.isoformat()},
                {"from": first.isoformat(), "to": last.isoformat()},
                {"from": first.isoformat(), "days": length},
            ]
        )
    )


@given(campaign=periods(), own=periods())
def test_tron_11_a_promotion_runs_on_the_days_of_both_periods(
    campaign: dict[str, Any] | None, own: dict[str, Any] | None
) -> None:
    promotion = giving("5", **({"valid": own} if own else {}))
    days = [date(2025, 12, 20) + timedelta(days=number) for number in range(60)]
    wanted = [day for day in days if all(_holds(valid, day) for valid in (campaign, own) if valid)]
    content = {"valid": campaign, "promotions": [promotion]}
    if not wanted:
        with pytest.raises(MalformedDocument) as refused:
            read_content(content)
        assert [fault.pointer for fault in refused.value.faults] == ["/promotions/0/valid"]
        return
    read_content(content)
    (read,) = read_promotions(composed(content))
    assert [day for day in days if read.period is None or read.period.holds(day)] == wanted


def _holds(valid: dict[str, Any], day: date) -> bool:
    (promotion,) = read_promotions([giving("5", valid=valid)])
    assert promotion.period is not None
    return promotion.period.holds(day)


def test_tron_11_seven_days_from_the_first_of_march_end_with_the_seventh() -> None:
    content = {"valid": {"from": "2026-03-01", "days": 7}, "promotions": [FIVE]}
    assert composed(content)[0]["valid"] == {"from": "2026-03-01", "to": "2026-03-07"}


def test_every_fault_of_a_document_is_named_at_its_place() -> None:
    document = {
        "valid": {"days": 7},
        "audience": {"groups": [], "surprise": 1},
        "outlets": "bg-1",
        "limits": {"budget": 5},
        "promotions": [{**FIVE, "benefit": {"type": "points", "points": 5}}, FIVE, FIVE],
        "promotion": [],
    }
    with pytest.raises(MalformedDocument) as refused:
        read_content(document)
    assert {fault.pointer for fault in refused.value.faults} == {
        "/promotion",
        "/valid/from",
        "/audience/groups",
        "/audience/surprise",
        "/outlets",
        "/limits/budget",
        "/promotions/0/benefit/points",
        "/promotions/1/id",
        "/promotions/2/id",
    }


def test_a_difference_names_the_promotion_by_its_id() -> None:
    before = {"valid": {"from": "2026-03-01"}, "promotions": [FIVE, giving("1", id="gone")]}
    after = {"promotions": [giving("1", id="new"), giving("6")]}
    assert {each.pointer: (each.before, each.after) for each in differences(before, after)} == {
        "/valid": ({"from": "2026-03-01"}, None),
        "/promotions/five/benefit": ({"type": "points", "points": "5"}, {"type": "points", "points": "6"}),
        "/promotions/gone": (giving("1", id="gone"), None),
        "/promotions/new": (None, giving("1", id="new")),
    }
    assert differences(before, before) == []


@pytest.mark.parametrize(
    ("scheme", "left"),
    [
        (None, ["points", "card", "off", "granted", "gift"]),
        ("points", ["points", "granted", "gift"]),
        ("amount", ["card", "gift"]),
        ("discount", ["off", "gift"]),
        ("none", ["gift"]),
    ],
)
def test_elb_03_lty_24_a_scheme_leaves_what_gives_in_its_form(scheme: str | None, left: list[str]) -> None:
    documents: list[dict[str, Any]] = [
        {"id": "points", "benefit": {"type": "points", "points": "5"}},
        {"id": "card", "benefit": {"type": "percent", "percent": "3"}, "grant": {"as": "card"}},
        {"id": "off", "benefit": {"type": "percent", "percent": "3"}},
        {"id": "granted", "benefit": {"type": "percent", "percent": "3"}, "grant": {"as": "points"}},
        {"id": "gift", "benefit": {"type": "gift", "sku": "A", "quantity": "1"}},
    ]
    assert [each["id"] for each in of_scheme(documents, scheme)] == left
