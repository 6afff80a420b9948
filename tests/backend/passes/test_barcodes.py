"""What is drawn is read back by a scanner, from pixels and from paths, and what cannot be drawn is refused."""

import re
from typing import Any

import cv2
import numpy as np
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.passes.barcodes import Symbology, barcode_png, barcode_svg
from backend.passes.errors import BarcodeRefused

CARD = "1900000100000420"
VALUES: dict[Symbology, list[str]] = {
    "qr": [CARD, "a", "190000010000042059804512048151623420", "x" * 512],
    "code128": [CARD, "a", "190000010000042059804512048151623420", "Ab-~ 9" * 13],
    "ean13": ["2012345678903", "4006381333931"],
    "pdf417": [CARD, "a", "x" * 256],
}
FORMATS = {"qr": "QRCode", "code128": "Code128", "ean13": "EAN13", "pdf417": "PDF417"}
DRAWN = [(symbology, value) for symbology, values in VALUES.items() for value in values]
_BARS = re.compile(r"M(\d+) (\d+)h(\d+)v(\d+)h-\d+Z")
_SIZE = re.compile(r'width="(\d+)" height="(\d+)"')


def pixels(png: bytes) -> Any:
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)


def painted(svg: str) -> Any:
    """The drawing as pixels, by its bars alone."""
    found = _SIZE.search(svg)
    assert found
    canvas = np.full((int(found[2]), int(found[1])), 255, np.uint8)
    for bar in _BARS.finditer(svg):
        x, y, width, height = map(int, bar.groups())
        canvas[y : y + height, x : x + width] = 0
    return np.kron(canvas, np.ones((4, 4), np.uint8))


def scanned(picture: Any) -> tuple[str, str]:
    (found,) = zxingcpp.read_barcodes(picture)
    return str(found.text), found.format.name


@pytest.mark.parametrize(("symbology", "value"), DRAWN)
def test_inf_02_a_scanner_reads_what_is_drawn(symbology: Symbology, value: str) -> None:
    assert scanned(pixels(barcode_png(value, symbology))) == (value, FORMATS[symbology])
    assert scanned(painted(barcode_svg(value, symbology))) == (value, FORMATS[symbology])


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=80))
def test_inf_02_whatever_a_keyboard_types_is_read_back(value: str) -> None:
    for symbology in ("qr", "code128", "pdf417"):
        assert scanned(pixels(barcode_png(value, symbology)))[0] == value


@pytest.mark.parametrize(
    ("symbology", "value"),
    [
        ("qr", ""),
        ("qr", "x" * 513),
        ("qr", "карта"),
        ("qr", "a\n"),
        ("code128", "x" * 81),
        ("code128", "a\x00"),
        ("pdf417", "x" * 257),
        ("ean13", CARD),
        ("ean13", "201234567890"),
        ("ean13", "2012345678904"),
        ("ean13", "²012345678903"),
    ],
)
def test_what_a_symbology_cannot_hold_is_refused(symbology: Symbology, value: str) -> None:
    for draw in (barcode_svg, barcode_png):
        with pytest.raises(BarcodeRefused):
            draw(value, symbology)
