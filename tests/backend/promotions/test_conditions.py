"""The conditions that read the member's past and place, each on both sides of its boundary."""

from typing import Any

import pytest

from backend.promotions.documents import MalformedDocument, read_basket, read_promotions
from tests.backend.promotions.building import MEMBER, WEDNESDAY, Document, percent, reasons, sale, values


def holds(condition: Document, **fields: Any) -> bool:
    facts = {
        key: fields.pop(key) for key in ("birthday", "events", "spent", "tier", "purchases_before") if key in fields
    }
    basket = sale("100.00", **{"member": MEMBER | facts, **fields})
    stopped = reasons(basket, percent("p", "10", conditions=[condition]))
    assert stopped == {} or stopped["p"][0] == condition["type"]
    return stopped == {}


@pytest.mark.parametrize(
    ("birthday", "now", "within", "expected"),
    [
        ("1980-11-18", WEDNESDAY, 0, True),
        ("1980-11-18", WEDNESDAY, None, True),
        ("1980-11-19", WEDNESDAY, 0, False),
        ("1980-11-11", WEDNESDAY, 7, True),
        ("1980-11-10", WEDNESDAY, 7, False),
        ("1980-11-25", WEDNESDAY, 7, True),
        ("1980-11-26", WEDNESDAY, 7, False),
        ("1980-01-02", "2026-12-31T12:00:00+01:00", 2, True),
        ("1980-12-30", "2026-01-01T12:00:00+01:00", 2, True),
        ("1980-02-29", "2027-02-28T12:00:00+01:00", 0, True),
        ("1980-02-29", "2028-02-28T12:00:00+01:00", 0, False),
        ("1980-02-29", "2028-02-29T12:00:00+01:00", 0, True),
        ("1980-06-01", "9998-12-31T12:00:00+01:00", 7, False),
        ("1980-06-01", "0002-01-01T12:00:00+01:00", 7, False),
    ],
)
def test_a_birthday_is_near_on_both_sides(birthday: str, now: str, within: int | None, expected: bool) -> None:
    assert holds({"type": "birthday", "within_days": within}, birthday=birthday, now=now) is expected


def test_a_birthday_that_is_not_known_is_never_near() -> None:
    assert not holds({"type": "birthday", "within_days": 366})
    assert not holds({"type": "birthday", "within_days": 366}, member=None)


@pytest.mark.parametrize(
    ("when", "within", "expected"),
    [
        ("2026-11-18", 0, True),
        ("2026-11-17", 0, False),
        ("2026-11-11", 7, True),
        ("2026-11-10", 7, False),
        ("2026-11-19", 7, False),
        ("2026-11-18T10:15:00+01:00", 0, True),
        ("2026-11-18T10:15:01+01:00", 0, False),
        ("2026-11-17T23:30:00Z", 0, True),
        ("2026-11-17T22:30:00Z", 0, False),
        ("2001-01-01", None, True),
        ("2026-11-19", None, False),
        ("0002-01-01T00:00:00+14:00", 7, False),
        ("9998-12-31T23:59:59-14:00", 7, False),
    ],
)
def test_an_event_is_counted_in_days_of_the_sales_clock(when: str, within: int | None, expected: bool) -> None:
    condition = {"type": "event", "name": "signed_up", "within_days": within}
    assert holds(condition, events={"signed_up": when}) is expected
    assert not holds(condition, events={"survey": when})
    assert not holds(condition, member=None)


RECEIPTS = [
    {"on": "2026-10-19", "amount": "600.00"},
    {"at": "2026-11-17T23:00:00Z", "amount": "400.00"},
    {"on": "2026-10-18", "amount": "9000.00"},
    {"at": "2026-11-18T10:15:01+01:00", "amount": "9000.00"},
]


@pytest.mark.parametrize("spent", [RECEIPTS, {"30": "1000.00", "7": "400.00"}])
def test_spent_counts_the_earlier_receipts_of_the_window(spent: Any) -> None:
    def missing(minimum: str, days: int) -> dict[str, tuple[str, str | None]]:
        condition = {"type": "spent", "min": minimum, "days": days}
        return reasons(sale("9999.00", member=MEMBER | {"spent": spent}), percent("p", "10", conditions=[condition]))

    assert missing("1000.00", 30) == {}
    assert missing("1000.01", 30) == {"p": ("spent", "0.01")}
    assert missing("400.00", 7) == {}


def test_nothing_spent_is_no_amount_at_all() -> None:
    assert not holds({"type": "spent", "min": "0.01", "days": 30})
    assert not holds({"type": "spent", "min": "0.01", "days": 30}, spent={"7": "100.00"})
    assert not holds({"type": "spent", "min": "0.00", "days": 30}, member=None)


@pytest.mark.parametrize(
    ("spent", "pointer"),
    [
        ("100.00", "/member/spent"),
        ({"month": "1.00"}, "/member/spent/month"),
        ({"30": 1}, "/member/spent/30"),
        ([{"amount": "1.00"}], "/member/spent/0/at"),
        ([{"amount": "1.00", "on": "2026-01-01", "at": WEDNESDAY}], "/member/spent/0/on"),
    ],
)
def test_what_was_spent_is_written_in_one_of_two_ways(spent: Any, pointer: str) -> None:
    with pytest.raises(MalformedDocument) as refusal:
        read_basket(sale("1.00", member=MEMBER | {"spent": spent}))
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


def test_tier_seller_and_channel_are_exact_and_unknown_is_none_of_them() -> None:
    assert holds({"type": "tier", "in": ["silver", "gold"]}, tier="gold")
    assert not holds({"type": "tier", "in": ["silver"]}, tier="gold")
    assert not holds({"type": "tier", "in": ["silver"]}, member=None)
    assert holds({"type": "seller", "tax_ids": ["100002888"]}, seller_tax_id="100002888")
    assert not holds({"type": "seller", "tax_ids": ["100002888"]})
    assert holds({"type": "channel", "in": ["web"]}, channel="web")
    assert not holds({"type": "channel", "in": ["web"]})
    assert not holds({"type": "outlet", "in": ["u"]})
    assert not holds({"type": "outlet", "in": []}, outlet="u")


def test_a_purchase_number_needs_to_be_known() -> None:
    for condition in ({"first": True}, {"every": 1}):
        assert not holds({"type": "purchase_number", **condition})
        assert not holds({"type": "purchase_number", **condition}, member=None)
        assert holds({"type": "purchase_number", **condition}, purchases_before=0)


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        ({"type": "purchase_number"}, "/0/conditions/0/first"),
        ({"type": "purchase_number", "first": False}, "/0/conditions/0/first"),
        ({"type": "purchase_number", "first": True, "every": 2}, "/0/conditions/0/every"),
        ({"type": "purchase_number", "every": 0}, "/0/conditions/0/every"),
        ({"type": "items", "min_quantity": "1", "min_amount": "1"}, "/0/conditions/0/min_amount"),
        ({"type": "items", "min_quantity": "0"}, "/0/conditions/0/min_quantity"),
        ({"type": "channel", "in": ["telex"]}, "/0/conditions/0/in/0"),
        ({"type": "code"}, "/0/conditions/0/list"),
        ({"type": "code", "list": ""}, "/0/conditions/0/list"),
        ({"type": "code", "list": ["A", " "]}, "/0/conditions/0/list/1"),
        ({"type": "code", "list": ["A"] * 10_001}, "/0/conditions/0/list"),
        ({"type": "outlet"}, "/0/conditions/0/in"),
        ({"type": "birthday", "within_days": -1}, "/0/conditions/0/within_days"),
        ({"type": "spent", "min": "1"}, "/0/conditions/0/days"),
    ],
)
def test_a_condition_that_says_too_little_or_too_much_is_refused(condition: Document, pointer: str) -> None:
    with pytest.raises(MalformedDocument) as refusal:
        read_promotions([percent("p", "1", conditions=[condition])])
    assert [fault.pointer for fault in refusal.value.faults] == [pointer]


def test_ten_thousand_codes_are_a_list_and_items_without_a_minimum_want_one_line() -> None:
    assert holds({"type": "code", "list": [f"C{i}" for i in range(10_000)]}, codes=["c9999"])
    assert values(sale("1.00"), percent("p", "10", conditions=[{"type": "items", "items": {"skus": ["A"]}}])) == {
        "p": "0.10"
    }
    assert not holds({"type": "items", "items": {"skus": ["X"]}})
