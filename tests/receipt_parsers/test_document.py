"""The documents keep their promised shape."""

import json
from datetime import UTC, datetime

from receipt_parsers.document import code_document, receipt_document, refused_document
from receipt_parsers.errors import DamagedCode, UnrecognisedCode
from receipt_parsers.model import FiscalCode, FiscalReceipt, Payment, ReceiptLine, Seller, Tax

TIME = datetime(2022, 12, 31, 14, 51, 57, 202_000, tzinfo=UTC)
CODE = FiscalCode("rs.suf", "A-B-1", "1/1ПР", "refund", TIME, 82_912, "RSD", "company", b"secret")


def test_inf_15_a_code_is_described_for_programs() -> None:
    assert code_document(CODE) == {
        "authority": "rs.suf",
        "fiscal_id": "A-B-1",
        "counter": "1/1ПР",
        "kind": "refund",
        "issued_at": "2022-12-31T14:51:57.202Z",
        "total": "829.12",
        "currency": "RSD",
        "buyer_kind": "company",
        "earns": False,
        "refusal": None,
    }


def test_a_refusal_has_the_same_keys() -> None:
    damaged = refused_document(DamagedCode("x", authority="rs.suf"))
    assert list(damaged) == list(code_document(CODE))
    assert {key: value for key, value in damaged.items() if value is not None} == {
        "authority": "rs.suf",
        "earns": False,
        "refusal": "checksum-mismatch",
    }
    unknown = refused_document(UnrecognisedCode("x"))
    assert (unknown["authority"], unknown["refusal"]) == (None, "unknown-receipt-code")


def test_inf_17_a_receipt_is_described_with_its_lines() -> None:
    seller = Seller("101670560", "MERCATOR-S", "1108934", None, None, "Ниш-Медијана")
    lines = (
        ReceiptLine("Banana", "kg", 1482, 19_999, 29_639, ("Е",), "4011000000000"),
        ReceiptLine("Kesa", None, 10_000, 5, 50, ()),
        ReceiptLine("Popust", None, 500, 100, -50, ("Ђ", "Е")),
    )
    receipt = FiscalReceipt(
        "rs.suf",
        "A-B-1",
        "1/1ПП",
        "sale",
        seller,
        TIME,
        29_639,
        "RSD",
        lines,
        (Payment("cash", 100_000),),
        (Tax("Е", 1000, 7),),
    )
    document = receipt_document(receipt)
    assert json.loads(json.dumps(document)) == document
    assert document["seller"] == {
        "tax_id": "101670560",
        "name": "MERCATOR-S",
        "premises_id": "1108934",
        "premises_name": None,
        "address": None,
        "city": "Ниш-Медијана",
    }
    assert [(line["quantity"], line["unit_price"], line["total"]) for line in document["lines"]] == [
        ("1.482", "199.99", "296.39"),
        ("10", "0.05", "0.50"),
        ("0.5", "1.00", "-0.50"),
    ]
    assert document["payments"] == [{"method": "cash", "amount": "1000.00"}]
    assert document["taxes"] == [{"label": "Е", "rate": "10.00", "amount": "0.07"}]
    assert document["reference"] is None
