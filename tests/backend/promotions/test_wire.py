"""Hostile bytes: whatever a file holds, what is wrong with it is said and nothing is guessed."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.promotions import wire
from backend.promotions.documents import MalformedDocument, read_basket, read_promotions
from backend.promotions.parameters import Fault
from backend.promotions.wire import read_json

GOOD = b'[{"id": "p", "benefit": {"type": "percent", "percent": "5"}}]'


def faults(data: bytes) -> dict[str, str]:
    with pytest.raises(MalformedDocument) as refusal:
        read_json(data, read_promotions)
    return {fault.pointer: fault.message for fault in refusal.value.faults}


def test_a_good_document_is_read_with_and_without_a_byte_order_mark() -> None:
    assert read_json(GOOD, read_promotions) == read_json(b"\xef\xbb\xbf" + GOOD, read_promotions)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is not JSON: line 1, column 1"),
        (b"[{]", "is not JSON: line 1, column 3"),
        (b"\xff\xfe", "is not UTF-8 at byte 0"),
        (b"[" * 1_000_000, "is nested too deeply"),
        (b'{"a":' * 100_000, "is nested too deeply"),
        (b"null", "must be a list"),
        (b"NaN", "must be a list"),
        (b"9" * 10_000, "must be a list"),
    ],
)
def test_what_is_no_document_at_all_is_refused_whole(data: bytes, message: str) -> None:
    assert faults(data) == {"": message}


def test_a_file_that_is_too_long_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SIZE_MAX_BYTES", len(GOOD) - 1)
    assert faults(GOOD).keys() == {""}
    monkeypatch.setattr(wire, "SIZE_MAX_BYTES", len(GOOD))
    assert read_json(GOOD, read_promotions)


def test_repeated_keys_floats_and_what_json_cannot_say_are_each_named() -> None:
    data = b"""[{"id": "p", "id": "q", "priority": 1e400, "base": NaN, "name": "\\ud800", "weekdays": [1.0, Infinity],
        "limits": {"total": 1, "total": 2, "per_member": 1.0}, "valid": {"days": 99999999999999999999999},
        "benefit": {"type": "percent", "percent": 5.0}, "on": ["\\u0000"]}]"""
    assert faults(data) == {
        "/0/id": "is repeated",
        "/0/limits/total": "is repeated",
        "/0/name": "has characters that can be neither stored nor printed",
        "/0/on/0": "has characters that can be neither stored nor printed",
        "/0/priority": "must be an integer",
        "/0/base": "must be one of original, remaining",
        "/0/weekdays/0": "must be an integer",
        "/0/weekdays/1": "must be an integer",
        "/0/limits/per_member": "must be an integer",
        "/0/valid/days": "must be an integer",
        "/0/benefit/percent": 'must be a decimal string such as "12.5"',
    }


def test_a_key_that_cannot_be_written_is_refused_where_it_stands() -> None:
    assert "/0" in faults(b'[{"\\ud800": 1, "id": "p", "benefit": {"type": "percent", "percent": "5"}}]')


def test_a_million_codes_are_refused_at_their_list_and_not_one_by_one() -> None:
    condition = {"type": "code", "list": [f"C{number}" for number in range(1_000_000)]}
    document = [{"id": "p", "benefit": {"type": "percent", "percent": "5"}, "conditions": [condition]}]
    assert faults(json.dumps(document).encode()) == {"/0/conditions/0/list": "has more than 10000 items"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "benefit", "type", "items", "except", "conditions", "combine", "lines", "member", "spent"]
            )
            | st.text(max_size=4),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


def faults_if_any(data: bytes, read: Callable[[object], object]) -> tuple[Fault, ...] | None:
    try:
        read_json(data, read)
    except MalformedDocument as refusal:
        return refusal.faults
    return None


@given(JSON)
@settings(max_examples=100, deadline=None)
def test_whatever_json_says_it_is_read_or_refused(document: object) -> None:
    data = json.dumps(document).encode()
    assert faults_if_any(data, read_promotions) != ()
    assert faults_if_any(data, read_basket) != ()


@given(st.binary(max_size=40))
@settings(max_examples=60, deadline=None)
def test_whatever_the_bytes_are_they_are_read_or_refused(data: bytes) -> None:
    assert faults_if_any(data, read_promotions) != ()
