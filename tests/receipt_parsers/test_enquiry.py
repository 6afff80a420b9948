"""The conversation with the portal: what is asked in which order, and what each answer means."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from receipt_parsers.authorities.playground import playground_authority
from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.authority import Conversation, Request, Response
from receipt_parsers.errors import AuthorityUnavailable, LayoutChanged, NotYetAvailable, ReceiptError, UnknownReceipt
from receipt_parsers.model import FiscalReceipt

GTINS = {
    "JABUKA ZLATNI DELISES KG": "2000000000008",
    "POMORANDZA MREZICA 2/1 KG": "",
    "MANDARINA KG": "not a number",
    "KESA VJZ 7KG 51 MIKRON KOM": "8600000000005",
    "BANANA KG": "4011",
}


def held(conversation: Conversation, *answers: bytes | int | ReceiptError) -> tuple[FiscalReceipt, list[Request]]:
    """Hold the conversation with these answers: a body, a status, or a failure on the way."""
    asked = [next(conversation)]
    for answer in answers:
        try:
            if isinstance(answer, ReceiptError):
                asked.append(conversation.throw(answer))
            elif isinstance(answer, int):
                asked.append(conversation.send(Response(answer, {}, b"")))
            else:
                asked.append(conversation.send(Response(200, {}, answer)))
        except StopIteration as end:
            assert answer is answers[-1]
            return end.value, asked
    pytest.fail(f"the conversation goes on: {asked[-1]}")


@pytest.fixture
def answer(serbia: Path) -> bytes:
    return (serbia / "json/accept-json-2022.json").read_bytes()


@pytest.fixture
def page(serbia: Path) -> bytes:
    return (serbia / "pages/page-2022.html").read_bytes()


@pytest.fixture
def specification(answer: bytes) -> bytes:
    lines = RS_SUF.parse(answer).lines
    items = [
        {
            "gtin": gtin,
            "name": name,
            "quantity": line.quantity_milli / 1000,
            "unitPrice": line.unit_price_minor / 100,
            "total": line.total_minor / 100,
            "label": "Е",
        }
        for (name, gtin), line in zip(GTINS.items(), lines, strict=True)
    ]
    return json.dumps({"success": True, "items": items[::-1]}).encode()


def test_inf_17_the_documented_answer_is_asked_first_and_suffices(
    answer: bytes, payload_of: Callable[..., bytes], slip: Callable[[bytes], str]
) -> None:
    payload = payload_of()
    receipt, asked = held(RS_SUF.enquire(payload, with_gtins=False), answer)
    assert asked == [Request("GET", slip(payload), {"Accept": "application/json"})]
    assert (receipt.total_minor, len(receipt.lines)) == (82_912, 5)


def test_the_page_is_the_second_way(answer: bytes, page: bytes) -> None:
    receipt, asked = held(RS_SUF.enquire(b"x", with_gtins=False), b"[1]", page)
    assert [request.headers["Accept"] for request in asked] == ["application/json", "text/html"]
    assert asked[0].url == asked[1].url
    assert (receipt.fiscal_id, receipt.issued_at.microsecond) == ("746DUV64-746DUV64-16898", 0)
    other_total = answer.replace(b'"totalAmount":829.12', b'"totalAmount":829.13')
    assert held(RS_SUF.enquire(b"x", with_gtins=False), other_total, page)[0] == receipt
    assert held(RS_SUF.enquire(b"x", with_gtins=False), 406, page)[0] == receipt
    assert held(RS_SUF.enquire(b"x", with_gtins=False), page)[0] == receipt


def test_product_numbers_join_the_lines_of_the_documented_answer(
    answer: bytes, page: bytes, specification: bytes
) -> None:
    receipt, asked = held(RS_SUF.enquire(b"x", with_gtins=True), answer, page, specification)
    assert [line.gtin for line in receipt.lines] == ["2000000000008", None, None, "8600000000005", None]
    assert receipt.issued_at.microsecond == 202_000
    assert (asked[2].method, asked[2].url) == ("POST", "https://suf.purs.gov.rs/specifications")
    assert asked[2].form == {
        "invoiceNumber": "746DUV64-746DUV64-16898",
        "token": "c1a3ec15-e079-4f8a-a99f-af543e7b41d1",
    }


def test_the_page_is_asked_once_for_receipt_and_product_numbers(page: bytes, specification: bytes) -> None:
    receipt, asked = held(RS_SUF.enquire(b"x", with_gtins=True), b"[]", page, specification)
    assert [request.method for request in asked] == ["GET", "GET", "POST"]
    assert {line.gtin for line in receipt.lines} == {"2000000000008", "8600000000005", None}


@pytest.mark.parametrize(
    "mishap",
    [
        b'{"success":false}',
        b"",
        b"nonsense",
        b'{"success":true,"items":[]}',
        b'{"success":true,"items":[{"name":"x"}]}',
        b'{"success":true,"items":[{"name":"x","quantity":NaN,"total":1,"gtin":"12345678"}]}',
        500,
        AuthorityUnavailable("slow"),
    ],
)
def test_a_receipt_does_without_product_numbers(answer: bytes, page: bytes, mishap: bytes | int | ReceiptError) -> None:
    receipt, _ = held(RS_SUF.enquire(b"x", with_gtins=True), answer, page, mishap)
    assert receipt == RS_SUF.parse(answer)
    failure: bytes | int | ReceiptError = AuthorityUnavailable("slow")
    assert held(RS_SUF.enquire(b"x", with_gtins=True), answer, failure)[0] == receipt


@pytest.mark.parametrize(
    "items",
    [
        b"",
        b"nonsense",
        b"[]",
        b"{}",
        b'{"success":"yes","items":[]}',
        b'{"success":true,"items":{}}',
        b'{"success":true,"items":["x"]}',
        b'{"success":true,"items":[{"name":"x"}]}',
    ],
)
def test_product_numbers_that_were_named_and_cannot_be_read_are_refused(answer: bytes, items: bytes) -> None:
    with pytest.raises(LayoutChanged):
        RS_SUF.parse(answer, items=items)
    assert RS_SUF.parse(answer, items=b'{"success":false}') == RS_SUF.parse(answer)


def test_a_page_of_another_receipt_gives_no_product_numbers(answer: bytes, page: bytes) -> None:
    other = page.replace(b"InvoiceNumber('746DUV64-746DUV64-16898')", b"InvoiceNumber('746DUV64-746DUV64-16899')")
    assert other != page
    receipt, asked = held(RS_SUF.enquire(b"x", with_gtins=True), answer, other)
    assert (len(asked), {line.gtin for line in receipt.lines}) == (2, {None})


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        (400, UnknownReceipt),
        (404, UnknownReceipt),
        (403, AuthorityUnavailable),
        (b'{"isValid":false,"journal":"x"}', UnknownReceipt),
        (b'{"isValid":true,"journal":""}', NotYetAvailable),
        (b'{"isValid":true,"journal":null}', NotYetAvailable),
        (b"{}", NotYetAvailable),
        (b"", NotYetAvailable),
        (b"<html></html>", NotYetAvailable),
        (AuthorityUnavailable("slow"), AuthorityUnavailable),
    ],
)
def test_every_refusal_has_its_meaning(said: bytes | int | ReceiptError, meaning: type[ReceiptError]) -> None:
    for with_gtins in (False, True):
        with pytest.raises(meaning):
            held(RS_SUF.enquire(b"x", with_gtins=with_gtins), said)


@pytest.mark.parametrize("said", [302, b'{"journal":1}', b'{"journal":"x"}', b"{", b"[1]", b"\xff"])
def test_what_neither_answer_nor_page_explains_has_changed(said: bytes | int) -> None:
    with pytest.raises(LayoutChanged):
        held(RS_SUF.enquire(b"x", with_gtins=False), said, said)


def changed(answer: bytes, part: str, field: str, value: object) -> bytes:
    document: dict[str, Any] = json.loads(answer)
    document[part][field] = value
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    ("part", "field", "value"),
    [
        ("invoiceResult", "invoiceNumber", "746DUV64-746DUV64-16899"),
        ("invoiceResult", "totalCounter", 16899),
        ("invoiceResult", "totalAmount", 829.11),
        ("invoiceResult", "totalAmount", "829.12"),
        ("invoiceResult", "totalAmount", 1e30),
        ("invoiceResult", "sdcTime", "soon"),
        ("invoiceRequest", "invoiceType", 2),
        ("invoiceRequest", "transactionType", 1),
        ("invoiceRequest", "payments", [{"paymentType": 1, "amount": "1000"}]),
    ],
)
def test_an_answer_that_contradicts_itself_is_refused(answer: bytes, part: str, field: str, value: object) -> None:
    with pytest.raises(LayoutChanged):
        RS_SUF.parse(changed(answer, part, field, value))


def test_an_answer_may_lack_everything_but_the_journal(answer: bytes) -> None:
    journal = json.loads(answer)["journal"]
    receipt = RS_SUF.parse(json.dumps({"journal": journal}).encode())
    assert receipt.lines == RS_SUF.parse(answer).lines
    assert receipt.seller.name == "Mercator-S doo"


def test_payments_and_reference_of_the_answer_are_read(answer: bytes) -> None:
    payments = [{"paymentType": number, "amount": number} for number in (*range(7), 99)]
    receipt = RS_SUF.parse(changed(answer, "invoiceRequest", "payments", payments))
    methods = [payment.method for payment in receipt.payments]
    assert methods == ["other", "cash", "card", "cheque", "transfer", "voucher", "instant", "other"]
    number = "ABCD1234-ABCD1234-7"
    assert RS_SUF.parse(changed(answer, "invoiceRequest", "referentDocumentNumber", number)).reference == number
    assert RS_SUF.parse(changed(answer, "invoiceRequest", "referentDocumentNumber", "by phone")).reference is None


def test_products_in_the_answer_itself_are_read(answer: bytes, specification: bytes) -> None:
    items = [
        {"totalPrice" if key == "total" else key: value for key, value in item.items()}
        for item in json.loads(specification)["items"]
    ]
    lines = RS_SUF.parse(changed(answer, "invoiceRequest", "items", items)).lines
    assert [line.gtin for line in lines] == ["2000000000008", None, None, "8600000000005", None]
    assert RS_SUF.parse(answer, items=specification).lines == lines


def test_equal_lines_pair_by_name_and_else_by_order(journal_of: Callable[..., str]) -> None:
    row = "\n   10,00   1   10,00"
    journal = journal_of(f"Jedan/KOM (Ђ){row}\nDva/KOM (Ђ){row}", "20,00").encode()

    def gtins(*named: tuple[str, str]) -> list[str | None]:
        items = [{"name": name, "gtin": gtin, "quantity": 1, "unitPrice": 10, "total": 10} for name, gtin in named]
        answer = json.dumps({"success": True, "items": items}).encode()
        return [line.gtin for line in RS_SUF.parse(journal, items=answer).lines]

    assert gtins(("Dva/KOM", "22222222"), ("Jedan/KOM", "11111111")) == ["11111111", "22222222"]
    assert gtins(("One", "11111111"), ("Two", "22222222")) == ["11111111", "22222222"]
    assert gtins(("Jedan/KOM", "11111111")) == [None, None]


def test_the_playground_is_asked_where_it_is_configured(answer: bytes) -> None:
    authority = playground_authority("http://127.0.0.1:8000/demo")
    receipt, asked = held(authority.enquire(b"abc", with_gtins=False), answer)
    assert asked[0].url == "http://127.0.0.1:8000/demo/v/?vl=YWJj"
    assert receipt.authority == "xx.playground"
