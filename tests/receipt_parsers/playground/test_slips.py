"""Whatever is issued holds together: the code's bytes, the printed lines, their sum and their tax."""

import hashlib
import re
import struct
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import unquote

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from receipt_parsers.playground.authority import PlaygroundAuthority
from receipt_parsers.playground.basket import TOTAL_MINOR_MAX, OrderedItem
from receipt_parsers.playground.document import KIND_NAMES, KindName
from receipt_parsers.playground.errors import BadOrder, SlipNotFound
from receipt_parsers.playground.goods import MLEKARA_LIPA, SHELVES
from receipt_parsers.playground.order import Order
from receipt_parsers.playground.shops import PERUN_ZVEZDARA, SHOPS, VETAR_PUMPA, Shop
from receipt_parsers.playground.slip import Slip

URL = "http://playground.test"
NOW = datetime(2026, 11, 20, 10, 15, 30, 123_456, tzinfo=UTC)
VALUES = re.compile(r"^\s*([\d.]+,\d\d)\s+([\d.]+(?:,\d{3})?)\s+(-?[\d.]+,\d\d)$", re.MULTILINE)
RATES = {"Ђ": 20, "Е": 10, "А": 0, "Г": 0}


class Decoded(NamedTuple):
    requested_by: str
    signed_by: str
    total_counter: int
    type_counter: int
    total_minor: int
    issued_at: datetime
    invoice_type: int
    transaction_type: int
    buyer: bytes


def decode(vl: bytes) -> Decoded:
    """A second opinion on the layout, written from the specification and not from the encoder."""
    assert hashlib.md5(vl[:-16], usedforsecurity=False).digest() == vl[-16:]
    version, requested, signed, total, kind, amount = struct.unpack_from("<B8s8sIIQ", vl, 0)
    (milliseconds,) = struct.unpack_from(">Q", vl, 33)
    assert version == 3
    assert amount % 100 == 0
    length = vl[43]
    assert len(vl) == 44 + length + 256 + 256 + 16
    return Decoded(
        requested.decode(),
        signed.decode(),
        total,
        kind,
        amount // 100,
        datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000),
        vl[41],
        vl[42],
        vl[44 : 44 + length],
    )


def minor(text: str) -> int:
    return int(text.replace(".", "").replace(",", ""))


def taxes_of(slip: Slip) -> dict[str, int]:
    table = slip.journal.split("Порез\n")[1].split("-----")[0]
    return {row[0]: minor(row.split()[-1]) for row in table.splitlines()}


@settings(max_examples=150)
@given(
    seed=st.integers(0, 2**64),
    kind=st.sampled_from(KIND_NAMES),
    shop=st.sampled_from([None, *(shop.premises_id for shop in SHOPS)]),
    total_minor=st.none() | st.integers(1, TOTAL_MINOR_MAX) | st.integers(1, 1_000_00),
    now=st.timedeltas(timedelta(0), timedelta(days=6000)).map(lambda since: datetime(2022, 1, 1, tzinfo=UTC) + since),
)
def test_inf_15_every_slip_carries_total_time_and_lines_that_agree(
    seed: int, kind: KindName, shop: str | None, total_minor: int | None, now: datetime
) -> None:
    slip = PlaygroundAuthority(URL, seed=seed).issue(now, shop=shop, kind=kind, total_minor=total_minor)
    decoded = decode(slip.vl)
    values = VALUES.findall(slip.journal)
    sign = -1 if kind.endswith("refund") else 1
    assert decoded.total_minor == slip.total_minor == sign * sum(minor(total) for _, _, total in values)
    assert total_minor in (None, slip.total_minor)
    assert slip.fiscal_id == f"{decoded.requested_by}-{decoded.signed_by}-{decoded.total_counter}"
    assert f"{decoded.type_counter}/{decoded.total_counter}" in slip.journal
    assert decoded.type_counter <= decoded.total_counter
    assert decoded.issued_at == now - timedelta(microseconds=now.microsecond % 1000)
    assert all(
        len(line) == 40 for line in slip.journal.splitlines() if line.startswith(("=", "-", " ")) and "ОВО" not in line
    )
    assert max(map(len, slip.journal.splitlines())) == 40


@settings(max_examples=100)
@given(seed=st.integers(0, 2**64), shop=st.sampled_from(SHOPS))
def test_taxes_are_contained_in_the_lines_of_their_label(seed: int, shop: Shop) -> None:
    slip = PlaygroundAuthority(URL, seed=seed).issue(NOW, shop=shop.premises_id)
    sums: dict[str, int] = defaultdict(int)
    for line in slip.document.lines:
        sums[line.tax_label] += line.total_minor
    printed = taxes_of(slip)
    assert printed.keys() == sums.keys()
    for label, tax_minor in printed.items():
        assert abs(tax_minor * (100 + RATES[label]) - sums[label] * RATES[label]) * 2 <= 100 + RATES[label]


def test_the_same_seed_gives_the_same_slips() -> None:
    first, second = (PlaygroundAuthority(URL, seed=7) for _ in range(2))
    assert [first.issue(NOW).payload for _ in range(5)] == [second.issue(NOW).payload for _ in range(5)]
    assert PlaygroundAuthority(URL, seed=8).issue(NOW).payload != PlaygroundAuthority(URL, seed=7).issue(NOW).payload


def test_looking_at_a_slip_does_not_change_the_next_one() -> None:
    looked_at, left_alone = (PlaygroundAuthority(URL, seed=7) for _ in range(2))
    looked_at.open_page(looked_at.issue(NOW), NOW)
    left_alone.issue(NOW)
    assert looked_at.issue(NOW).payload == left_alone.issue(NOW).payload


def test_the_picture_reads_back_as_the_address() -> None:
    slip = PlaygroundAuthority(URL, seed=1).issue(NOW, shop=PERUN_ZVEZDARA.premises_id)
    picture = cv2.imdecode(np.frombuffer(slip.png, np.uint8), cv2.IMREAD_GRAYSCALE)
    (code,) = zxingcpp.read_barcodes(picture)
    assert code.text == slip.payload
    assert slip.payload.startswith(f"{URL}/v/?vl=A")


def test_the_embedded_picture_is_a_gif_of_the_same_code() -> None:
    slip = PlaygroundAuthority(URL, seed=1).issue(NOW)
    picture = cv2.imdecode(np.frombuffer(slip.gif, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert picture is not None
    enlarged = np.pad(picture.repeat(4, axis=0).repeat(4, axis=1), 40, constant_values=255)
    (code,) = zxingcpp.read_barcodes(enlarged)
    assert code.text == slip.payload


def test_a_refund_takes_back_the_whole_slip_and_refers_to_it() -> None:
    authority = PlaygroundAuthority(URL, seed=3)
    sale = authority.issue(NOW, shop=PERUN_ZVEZDARA.premises_id)
    refund = authority.issue(NOW + timedelta(days=1), refund_of=sale.fiscal_id)
    assert refund.document.lines == sale.document.lines
    assert f"Реф. број:{sale.fiscal_id:>30}"[:40] in refund.journal
    assert "Реф. време:         20.11.2026. 11:15:30" in refund.journal
    assert "-----------ПРОМЕТ РЕФУНДАЦИЈА-----------" in refund.journal
    assert "Укупна рефундација:" in refund.journal
    decoded = decode(refund.vl)
    assert (decoded.invoice_type, decoded.transaction_type) == (0, 1)
    assert decoded.buyer.startswith(b"20:")
    assert decoded.total_minor == sale.total_minor


def test_copies_and_training_say_that_they_are_no_fiscal_receipt() -> None:
    authority = PlaygroundAuthority(URL, seed=3)
    sale = authority.issue(NOW)
    copy = authority.issue(NOW, copy_of=sale.fiscal_id)
    for slip in (copy, authority.issue(NOW, kind="training"), authority.issue(NOW, kind="proforma")):
        lines = slip.journal.splitlines()
        assert lines[0] == lines[-1] == "======== ОВО НИЈЕ ФИСКАЛНИ РАЧУН ======="
        assert "        ОВО НИЈЕ ФИСКАЛНИ РАЧУН" in lines[1:-1]
    assert sale.fiscal_id in copy.journal.replace("\n", "")
    assert copy.fiscal_id != sale.fiscal_id


def test_a_long_number_wraps_and_a_short_one_does_not() -> None:
    authority = PlaygroundAuthority(URL, seed=3)
    long, short = (authority.issue(NOW, shop=shop) for shop in ("9100001", "9100002"))
    assert f"ПФР број рачуна: {long.fiscal_id[:23]}\n{long.fiscal_id[23:]}" in long.journal
    assert f"ПФР број рачуна: {short.fiscal_id}\n" in short.journal


def test_a_padded_buyer_id_fills_twenty_bytes() -> None:
    authority = PlaygroundAuthority(URL, seed=3)
    slip = authority.issue(NOW, shop=VETAR_PUMPA.premises_id, buyer_id="10:999999018")
    assert decode(slip.vl).buyer == b"10:999999018".rjust(20, b"\0")
    assert len(slip.vl) == 592


def test_an_ordered_basket_is_taken_line_by_line() -> None:
    yoghurt = MLEKARA_LIPA[2]
    items = [
        OrderedItem(gtin=yoghurt.gtin, quantity_milli=2000),
        OrderedItem(name="Banane, rinfuz", quantity_milli=1482),
        OrderedItem(name="Zimska čarolija", unit_price_minor=500_00, total_minor=400_00),
    ]
    slip = PlaygroundAuthority(URL, seed=1).issue(NOW, shop=PERUN_ZVEZDARA.premises_id, items=items)
    assert VALUES.findall(slip.journal) == [
        ("159,99", "2", "319,98"),
        ("189,99", "1,482", "281,57"),
        ("500,00", "1", "400,00"),
    ]
    assert [line.gtin for line in slip.document.lines] == [yoghurt.gtin, None, None]


@pytest.mark.parametrize(
    ("order", "pointer"),
    [
        ({"shop": "1"}, "/shop"),
        ({"total_minor": 0}, "/total_minor"),
        ({"total_minor": TOTAL_MINOR_MAX + 1}, "/total_minor"),
        ({"total_minor": 1, "items": [OrderedItem(name="Hleb beli 500g")]}, "/total_minor"),
        ({"items": []}, "/items"),
        ({"items": [OrderedItem(name="Hleb beli 500g", quantity_milli=0)]}, "/items/0/quantity"),
        ({"items": [OrderedItem(gtin="9520000000001")]}, "/items/0/gtin"),
        ({"items": [OrderedItem(name="Nešto")]}, "/items/0/unit_price"),
        ({"items": [OrderedItem(name="a\nb", unit_price_minor=1)]}, "/items/0/name"),
        ({"items": [OrderedItem(name="Hleb beli 500g", total_minor=-1)]}, "/items/0/total"),
        ({"items": [OrderedItem(name="Hleb beli 500g", unit_price_minor=-1)]}, "/items/0/unit_price"),
        ({"items": [OrderedItem(name="Hleb beli 500g", total_minor=0)]}, "/items"),
        ({"buyer_id": "Петар"}, "/buyer_id"),
        ({"refund_of": "a", "copy_of": "b"}, "/copy_of"),
    ],
)
def test_an_order_outside_the_bounds_is_refused_with_its_place(order: Order, pointer: str) -> None:
    with pytest.raises(BadOrder) as refusal:
        PlaygroundAuthority(URL, seed=1).issue(NOW, **order)
    assert refusal.value.pointer == pointer


def test_a_refund_of_the_wrong_slip_is_refused() -> None:
    authority = PlaygroundAuthority(URL, seed=1)
    sale = authority.issue(NOW)
    refund = authority.issue(NOW, refund_of=sale.fiscal_id)
    with pytest.raises(SlipNotFound):
        authority.issue(NOW, refund_of="AAAAAAAA-AAAAAAAA-1")
    with pytest.raises(BadOrder, match="took money"):
        authority.issue(NOW, refund_of=refund.fiscal_id)
    with pytest.raises(BadOrder, match="come from the slip"):
        authority.issue(NOW, refund_of=sale.fiscal_id, total_minor=1)
    with pytest.raises(BadOrder, match="of kind refund"):
        authority.issue(NOW, refund_of=sale.fiscal_id, kind="advance")


def test_the_oldest_slip_is_dropped_when_the_memory_is_full() -> None:
    authority = PlaygroundAuthority(URL, seed=1, capacity=2)
    first, second, third = (authority.issue(NOW) for _ in range(3))
    assert authority.slip(third.fiscal_id) is third
    assert authority.slip_of_code(unquote(second.payload.partition("vl=")[2])) is second
    with pytest.raises(SlipNotFound):
        authority.slip(first.fiscal_id)
    with pytest.raises(SlipNotFound):
        authority.slip_of_code(unquote(first.payload.partition("vl=")[2]))


def test_product_numbers_of_the_shelves_are_valid_and_distinct() -> None:
    gtins = [good.gtin for good in SHELVES if good.gtin]
    assert len(MLEKARA_LIPA) == 10
    assert all(good.gtin for good in MLEKARA_LIPA)
    assert len(set(gtins)) == len(gtins)
    for gtin in gtins:
        assert len(gtin) == 13
        assert sum(int(digit) * (3 if at % 2 else 1) for at, digit in enumerate(gtin)) % 10 == 0
