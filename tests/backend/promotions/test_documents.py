"""A document is read whole or refused with every fault named, and what was read is what was written."""

from decimal import Decimal
from typing import Any

import pytest

from backend.promotions.basket import Basket
from backend.promotions.documents import MalformedDocument, read_basket, read_promotions

Document = dict[str, Any]


def promotion_faults(*promotions: object) -> dict[str, str]:
    with pytest.raises(MalformedDocument) as refusal:
        read_promotions(list(promotions))
    return {fault.pointer: fault.message for fault in refusal.value.faults}


def basket_faults(basket: object) -> dict[str, str]:
    with pytest.raises(MalformedDocument) as refusal:
        read_basket(basket)
    return {fault.pointer: fault.message for fault in refusal.value.faults}


def test_the_refusal_has_a_stable_code() -> None:
    assert (MalformedDocument.code, MalformedDocument.kind) == ("malformed-document", "malformed")


def test_null_is_absent_and_absent_takes_the_default_of_the_contract(promotion: Document) -> None:
    optional = ("name", "priority", "valid", "weekdays", "hours", "on", "audience", "conditions", "items", "grant")
    nulls = dict.fromkeys((*optional, "base", "limits", "combine"))
    (bare,) = read_promotions([promotion])
    (with_nulls,) = read_promotions([{**promotion, **nulls}])
    assert bare == with_nulls
    assert (bare.priority, bare.audience, bare.grant.form) == (100, "everyone", "discount")
    assert bare.items.everything


def test_all_faults_are_named_at_once_each_by_its_pointer(promotion: Document) -> None:
    faults = promotion_faults(
        {
            "id": " ",
            "nmae": "misspelled",
            "priority": "100",
            "valid": {"from": "2026-02-30", "until": "2026-03-01"},
            "weekdays": [0, 1, True],
            "hours": {"from": "24:01"},
            "on": ["21.11.2026"],
            "audience": "nobody",
            "conditions": [
                {"type": "basket_total", "min": "10.001"},
                {"type": "moon"},
                {"type": "basket_total"},
                "outlet",
                {},
            ],
            "items": {"skus": "A", "names": ["--"], "except": {"colour": "red"}},
            "benefit": {"type": "points", "percent": 10},
            "grant": {"as": "gold"},
            "base": "final",
            "limits": {"per_member": "1", "budget": 5, "per_household": 1},
            "combine": {"mode": "worst"},
        },
        {**promotion, "a/b~c": 1},
    )
    assert faults == {
        "/0/nmae": "is not a known field",
        "/0/limits/per_household": "is not a known field",
        "/0/limits/per_member": "must be an integer",
        "/0/limits/budget": 'must be a decimal string such as "12.5"',
        "/0/combine/mode": "must be one of all, first, best, alone",
        "/0/id": "must be text and not empty",
        "/0/priority": "must be an integer",
        "/0/valid/until": "is not a known field",
        "/0/valid/from": "must be a date such as 2026-11-30",
        "/0/weekdays/0": "must be from 1 to 7",
        "/0/weekdays/2": "must be an integer",
        "/0/hours/from": "must be a time of day from 00:00 to 24:00",
        "/0/hours/to": "is required",
        "/0/on/0": "must be a date such as 2026-11-30",
        "/0/audience": "must be one of everyone, members, non_members",
        "/0/conditions/0/min": "has more than 2 decimals",
        "/0/conditions/1/type": "moon is not supported",
        "/0/conditions/2/min": "is required, or above",
        "/0/conditions/3": "must be an object",
        "/0/conditions/4/type": "must be text",
        "/0/items/skus": "must be a list",
        "/0/items/names/0": "must be text with letters or digits",
        "/0/items/except/colour": "is not a known field",
        "/0/benefit/percent": 'must be a decimal string such as "12.5"',
        "/0/grant/as": "must be one of discount, card, receipt, cashback, points",
        "/0/base": "must be one of original, remaining",
        "/1/a~1b~0c": "is not a known field",
    }


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("valid", {"days": 7}, "/0/valid/from"),
        ("valid", {"from": "2026-11-01", "to": "2026-11-30", "days": 7}, "/0/valid/to"),
        ("valid", {"from": "2026-11-02", "to": "2026-11-01"}, "/0/valid/to"),
        ("valid", {"from": "2026-11-02", "days": 0}, "/0/valid/days"),
        ("hours", {"from": "06:00", "to": "06:00"}, "/0/hours/to"),
        ("hours", {"from": "06:00", "to": "24:30"}, "/0/hours/to"),
        ("items", {"all": True, "skus": ["A"]}, "/0/items/all"),
        ("items", {"all": False}, "/0/items/all"),
        ("conditions", [{"type": "basket_total", "min": "1", "above": "1"}], "/0/conditions/0/above"),
        ("conditions", [{"type": "basket_total", "min": "-1"}], "/0/conditions/0/min"),
        ("benefit", {"type": "points"}, "/0/benefit/points"),
        ("benefit", {"type": "points", "every": "100.00"}, "/0/benefit/points"),
        ("benefit", {"type": "points", "points": "1", "every": "0.00"}, "/0/benefit/every"),
        ("benefit", {"type": "points", "points": "1", "percent": "1"}, "/0/benefit/percent"),
        ("benefit", {"type": "points", "points": "1", "per": "unit"}, "/0/benefit/per"),
        ("benefit", {"type": "luck"}, "/0/benefit/type"),
        ("benefit", None, "/0/benefit"),
    ],
)
def test_what_contradicts_itself_is_refused_where_it_does(
    promotion: Document, field: str, value: object, pointer: str
) -> None:
    assert promotion_faults({**promotion, field: value}).keys() == {pointer}


@pytest.mark.parametrize(
    "number",
    [1.5, 2, Decimal("1.50"), True, "1e3", "1,50", "+1", " 1", "1.", ".5", "", "NaN", "٣", "1" * 13, "9" * 5000],
)
def test_money_is_a_plain_decimal_string_and_nothing_else(number: object) -> None:
    benefit = {"type": "points", "points": "1", "every": number}
    assert promotion_faults({"id": "p", "benefit": benefit}).keys() == {"/0/benefit/every"}


def test_a_repeated_id_is_a_fault_even_where_its_object_is_faulty_too(promotion: Document) -> None:
    assert promotion_faults(promotion, {"id": "p"}) == {"/1/id": "is repeated", "/1/benefit": "is required"}


@pytest.mark.parametrize("document", [None, {}, "[]", 7])
def test_promotions_are_a_list(document: object) -> None:
    with pytest.raises(MalformedDocument):
        read_promotions(document)


def test_endless_nesting_is_refused_and_no_stack_overflows(promotion: Document) -> None:
    items: Document = {"skus": ["A"]}
    for _ in range(400):
        items = {"except": items}
    (message,) = promotion_faults({**promotion, "items": items}).values()
    assert message == "is nested too deeply"


def test_a_basket_is_read_into_minor_units_thousandths_and_facts(basket: Document) -> None:
    basket["member"] |= {
        "rebate_percent": "12.5",
        "purchases_before": 3,
        "birthday": "1980-02-29",
        "uses": {"p": {"total": 2, "today": 1}},
    }
    basket |= {"points_decimals": 2, "point_value": "0.50", "counters": {"p": {"uses": 12, "value": "340.00"}}}
    read = read_basket(basket)
    assert isinstance(read, Basket)
    assert read.member is not None
    assert read.lines is not None
    assert (read.total_minor, read.lines[1].quantity_milli, read.lines[0].groups) == (
        234000,
        2000,
        frozenset({"bread"}),
    )
    assert (read.member.rebate_parts, read.member.uses["p"].total) == (125000, 2)
    assert (read.counters["p"].value_centi, read.point_value_minor) == (34000, 50)
    assert read.now.isoformat() == "2026-11-18T10:15:00+01:00"


def test_all_faults_of_a_basket_are_named_at_once(basket: Document) -> None:
    basket["currency"] = "dinar"
    basket["now"] = "2026-11-18T10:15:00"
    basket["points_decimals"] = 3
    basket["weather"] = "rain"
    basket["member"] = {"card": "1", "events": {"signed_up": "yesterday"}}
    basket["lines"] = [
        {"id": "1", "quantity": "0", "total": "-1.00"},
        {"id": "1", "quantity": "1.0005", "total": 5.0},
    ]
    assert basket_faults(basket) == {
        "/weather": "is not a known field",
        "/currency": "must be a currency code such as RSD",
        "/now": "must be a time with offset such as 2026-11-21T10:15:00+01:00",
        "/points_decimals": "must be from 0 to 2",
        "/member/events/signed_up": "must be a date, or a time with offset",
        "/member/id": "is required",
        "/lines/1/id": "is repeated",
        "/lines/0/quantity": "must be more than 0",
        "/lines/0/total": "must not be negative",
        "/lines/1/quantity": "has more than 3 decimals",
        "/lines/1/total": 'must be a decimal string such as "12.5"',
    }


def test_a_total_is_needed_without_lines_and_must_be_theirs_with_them(basket: Document) -> None:
    assert read_basket({**basket, "lines": None, "total": "2340.00"}).total_minor == 234000
    assert read_basket({**basket, "total": "2340.00"}).total_minor == 234000
    assert basket_faults({**basket, "lines": None}).keys() == {"/total"}
    assert basket_faults({**basket, "total": "2340.01"}).keys() == {"/total"}


@pytest.mark.parametrize("now", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-18T10:15:00+99:00"])
def test_a_time_that_no_other_offset_could_tell_is_refused(basket: Document, now: str) -> None:
    assert basket_faults({**basket, "now": now}).keys() == {"/now"}


def test_a_basket_has_no_more_lines_and_no_longer_names_than_a_receipt(basket: Document) -> None:
    name = {"id": "1", "name": "m" * 500, "quantity": "1", "total": "0.00"}
    assert read_basket({**basket, "lines": [name]}).lines
    assert basket_faults({**basket, "lines": [{**name, "name": "m" * 501}]}) == {
        "/lines/0/name": "has more than 500 characters"
    }
    lines = [{**name, "id": str(no)} for no in range(2001)]
    assert basket_faults({**basket, "lines": lines}) == {"/lines": "has more than 2000 items"}


def test_what_cannot_be_stored_is_refused_in_phrases_and_keys_too(basket: Document) -> None:
    names = {"id": "p", "items": {"names": ["mle\0ko"]}, "benefit": {"type": "text", "text": "T"}}
    assert promotion_faults(names) == {"/0/items/names/0": "has characters that can be neither stored nor printed"}
    prices = {"id": "p", "benefit": {"type": "price", "prices": {"A\0": "1.00"}}}
    assert promotion_faults(prices) == {"/0/benefit/prices": "has a key that can be neither stored nor printed"}
    member = {**basket["member"], "stamps": {"\ud800": 1}}
    assert basket_faults({**basket, "member": member}).keys() == {"/member/stamps"}
