"""The readers understand whatever the playground issues: in every form, and through a whole conversation over HTTP."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TypedDict
from zoneinfo import ZoneInfo

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from receipt_parsers.errors import AuthorityUnavailable, UnknownReceipt
from receipt_parsers.fetch import converse
from receipt_parsers.model import FiscalReceipt, Payment, ReceiptLine, Seller, Tax
from receipt_parsers.playground.answer import receipt_answer, specifications_answer
from receipt_parsers.playground.app import create_app
from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.playground.basket import TOTAL_MINOR_MAX
from receipt_parsers.playground.document import KIND_NAMES, TAX_GROUPS, Document, KindName
from receipt_parsers.playground.journal import Generation, journal
from receipt_parsers.playground.page import page
from receipt_parsers.playground.shops import SHOPS, Shop
from receipt_parsers.registry import registry

URL = "http://playground.test:8004"
NOW = datetime(2026, 11, 20, 10, 15, 30, 123_456, tzinfo=UTC)
ONE_DINAR_MINOR = 100
READER = registry(URL).get("xx.playground")


class Drawing(TypedDict):
    seed: int
    kind: KindName
    shop: Shop
    total_minor: int | None
    now: datetime


orders = st.fixed_dictionaries(
    {
        "seed": st.integers(0, 2**64),
        "kind": st.sampled_from(KIND_NAMES),
        "shop": st.sampled_from(SHOPS),
        "total_minor": st.none() | st.integers(ONE_DINAR_MINOR, TOTAL_MINOR_MAX),
        "now": st.timedeltas(timedelta(0), timedelta(days=1700)).map(
            lambda since: datetime(2022, 1, 1, tzinfo=UTC) + since
        ),
    }
)


def meant(document: Document, *, is_whole: bool) -> FiscalReceipt:
    """What a reader must say; without `is_whole` the form has no milliseconds and no product numbers."""
    shop = document.shop
    first, second = (printed(document.issued_at, fold=fold) for fold in (0, 1))
    return FiscalReceipt(
        authority="xx.playground",
        fiscal_id=document.number,
        counter=document.counter,
        kind=document.kind_name,
        seller=Seller(shop.tax_id, shop.name, shop.premises_id, shop.premises_name, shop.address, shop.municipality),
        issued_at=document.issued_at if is_whole else first,
        issued_at_or=None if is_whole or second <= first else second,
        total_minor=document.total_minor,
        currency="RSD",
        lines=tuple(
            ReceiptLine(
                line.name,
                None if shop.unit_style == "none" else line.unit,
                line.quantity_milli,
                line.price_minor,
                line.total_minor,
                (line.tax_label,),
                line.gtin if is_whole else None,
            )
            for line in document.lines
        ),
        payments=tuple(Payment(paid.method, paid.amount_minor) for paid in document.payments),
        taxes=tuple(Tax(label, TAX_GROUPS[label].rate_bp, amount) for label, amount in document.taxes),
        reference=document.reference.number if document.reference else None,
    )


def printed(instant: datetime, *, fold: int) -> datetime:
    """What a local time to the second still says: of autumn's repeated hour the first, or the second."""
    return instant.astimezone(ZoneInfo("Europe/Belgrade")).replace(microsecond=0, fold=fold).astimezone(UTC)


def drawn(seed: int, kind: KindName, shop: Shop, total_minor: int | None, now: datetime) -> Document:
    authority = PlaygroundAuthority(URL, seed=seed)
    return authority.issue(now, shop=shop.premises_id, kind=kind, total_minor=total_minor).document


@settings(max_examples=100)
@given(order=orders)
def test_inf_15_the_json_answer_reads_as_meant(order: Drawing) -> None:
    document = drawn(**order)
    receipt = READER.parse(receipt_answer(document).encode(), items=specifications_answer(document).encode())
    assert receipt == meant(document, is_whole=True)


AUTUMN = datetime(2023, 10, 29, 0, 30, tzinfo=UTC)
"""Half past two in Belgrade, for the first time of two."""


@settings(max_examples=60)
@example({"seed": 1, "kind": "sale", "shop": SHOPS[0], "total_minor": None, "now": AUTUMN}, "2026")
@given(order=orders, generation=st.sampled_from(["2022", "2026"]))
def test_page_and_journal_of_both_generations_read_as_meant(order: Drawing, generation: Generation) -> None:
    document = drawn(**order)
    expected = meant(document, is_whole=False)
    text = page(document, token="8d3c1f0a-5b7e-4c21-9a64-0f2e6b9d7c11", picture=b"GIF89a", generation=generation)
    assert READER.parse(text.encode()) == expected
    assert READER.parse("\n".join(journal(document, generation)).encode()) == expected


@pytest.mark.parametrize("shop", SHOPS, ids=lambda shop: shop.premises_id)
async def test_inf_15_a_slip_is_read_through_a_whole_conversation(shop: Shop) -> None:
    transport = httpx.ASGITransport(app=create_app(URL, seed=9, clock=lambda: NOW))
    # The same seed draws the same slip, so the second authority knows what the first one meant.
    document = PlaygroundAuthority(URL, seed=9).issue(NOW, shop=shop.premises_id).document
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        slip = (await client.post("/playground/issue", json={"shop": shop.premises_id})).json()
        code = READER.recognise(slip["payload"])
        assert code is not None
        assert code.fiscal_id == document.number
        fetched = await converse(READER.enquire(code.payload, with_gtins=True), client)
        assert fetched.receipt == meant(document, is_whole=True)
        without = await converse(READER.enquire(code.payload, with_gtins=False), client)
        assert without.receipt == replace(
            fetched.receipt, lines=tuple(replace(line, gtin=None) for line in fetched.receipt.lines)
        )


async def test_a_reader_learns_that_a_code_is_unknown_or_the_authority_down() -> None:
    foreign = PlaygroundAuthority(URL, seed=1).issue(NOW)
    transport = httpx.ASGITransport(app=create_app(URL, seed=2, clock=lambda: NOW))
    async with httpx.AsyncClient(transport=transport, base_url=URL) as client:
        with pytest.raises(UnknownReceipt):
            await converse(READER.enquire(foreign.vl, with_gtins=False), client)
        await client.put("/playground/state", json={"down": True})
        with pytest.raises(AuthorityUnavailable) as failure:
            await converse(READER.enquire(foreign.vl, with_gtins=False), client)
        assert failure.value.retry_after_s == 1


def test_without_its_address_no_installation_accepts_a_playground_receipt() -> None:
    slip = PlaygroundAuthority(URL, seed=1).issue(NOW)
    assert registry(URL).recognise(slip.payload).authority == "xx.playground"
    assert "xx.playground" not in registry().codes
    assert not registry().addressed(slip.payload)
