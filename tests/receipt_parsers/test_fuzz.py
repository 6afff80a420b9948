"""Whatever comes in, what comes out is a value or an error of the family."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.errors import ReceiptError
from receipt_parsers.model import FiscalReceipt
from receipt_parsers.registry import registry

PREFIX = "https://suf.purs.gov.rs/v/?vl="
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300), prefix=st.sampled_from(["", PREFIX, "httpsČ--suf.purs.gov.rs-v-_vl+"]))
def test_any_text_is_recognised_or_refused(text: str, prefix: str) -> None:
    codes = registry("http://localhost:1")
    with pytest.raises(ReceiptError):
        codes.recognise(prefix + text)
    assert codes.addressed(prefix + text) in {True, False}


@settings(max_examples=200, deadline=None)
@given(
    content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode),
    start=st.sampled_from([b"", b"{", b"<", b"<pre>"]),
)
def test_any_answer_is_read_or_refused(content: bytes, start: bytes) -> None:
    with pytest.raises(ReceiptError):
        RS_SUF.parse(start + content, items=content)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_field_of_an_answer_may_be_anything(serbia: Path, data: st.DataObject) -> None:
    answer: dict[str, Any] = json.loads((serbia / "json/accept-json-2022.json").read_bytes())
    part = data.draw(st.sampled_from([answer, answer["invoiceRequest"], answer["invoiceResult"]]))
    part[data.draw(st.sampled_from(sorted(part)))] = data.draw(JSON)
    part["items"] = data.draw(JSON)
    try:
        receipt = RS_SUF.parse(json.dumps(answer).encode(), items=json.dumps(data.draw(JSON)).encode())
    except ReceiptError:
        return
    assert receipt.fiscal_id == "746DUV64-746DUV64-16898"
    assert receipt.total_minor == 82_912


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_a_damaged_journal_is_refused_or_still_adds_up(journal_of: Callable[..., str], data: st.DataObject) -> None:
    rows = journal_of("Hleb/KOM (Ђ)\n  100,00   1   100,00\nMleko (Е)\n  50,00   2   100,00", "200,00").splitlines()
    at = data.draw(st.integers(0, len(rows) - 1))
    change = data.draw(st.sampled_from(["drop", "double", "noise", "cut"]))
    row = {
        "drop": [],
        "double": [rows[at], rows[at]],
        "noise": [data.draw(st.text(max_size=60))],
        "cut": [rows[at][: data.draw(st.integers(0, 40))]],
    }[change]
    try:
        receipt: FiscalReceipt = RS_SUF.parse("\n".join(rows[:at] + row + rows[at + 1 :]).encode(errors="replace"))
    except ReceiptError:
        return
    assert abs(sum(line.total_minor for line in receipt.lines) - receipt.total_minor) <= 2
    assert len(receipt.seller.tax_id) >= 8
