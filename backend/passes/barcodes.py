"""Draws what a till's scanner reads, as SVG or PNG, and refuses what the symbology cannot hold before it is drawn.

Values are printable ASCII: a scanner types what it reads, and what else it would type depends on its keyboard.
"""

import re
from typing import Any, Literal

import cv2
import numpy as np
import zxingcpp

from backend.passes.errors import BarcodeRefused

Symbology = Literal["qr", "code128", "ean13", "pdf417"]

_FORMATS: dict[Symbology, Any] = {
    "qr": zxingcpp.BarcodeFormat.QRCode,
    "code128": zxingcpp.BarcodeFormat.Code128,
    "ean13": zxingcpp.BarcodeFormat.EAN13,
    "pdf417": zxingcpp.BarcodeFormat.PDF417,
}
_ADMITTED: dict[Symbology, re.Pattern[str]] = {
    "qr": re.compile(r"[\x20-\x7e]{1,512}"),
    "code128": re.compile(r"[\x20-\x7e]{1,80}"),
    "ean13": re.compile(r"[0-9]{13}"),
    "pdf417": re.compile(r"[\x20-\x7e]{1,256}"),
}
_PIXELS_PER_MODULE: dict[Symbology, int] = {"qr": 8, "code128": 3, "ean13": 4, "pdf417": 4}


def barcode_svg(value: str, symbology: Symbology) -> str:
    """The bar code with its quiet zones, one unit a module. Raises BarcodeRefused."""
    drawn: str = _symbol(value, symbology).to_svg()
    return drawn


def barcode_png(value: str, symbology: Symbology) -> bytes:
    """The bar code with its quiet zones in shades of grey, 3 to 8 pixels a module. Raises BarcodeRefused."""
    pixels = np.array(_symbol(value, symbology).to_image(scale=_PIXELS_PER_MODULE[symbology]))
    is_written, png = cv2.imencode(".png", pixels)
    assert is_written, "a picture in memory can be written"
    return png.tobytes()


def _symbol(value: str, symbology: Symbology) -> Any:  # noqa: ANN401 (the library has no types)
    if not _ADMITTED[symbology].fullmatch(value) or (symbology == "ean13" and not _is_checked(value)):
        raise BarcodeRefused
    return zxingcpp.create_barcode(value, _FORMATS[symbology])


def _is_checked(digits: str) -> bool:
    """Whether the last digit is the one that the others ask for (GS1: weights 1 and 3 in turn)."""
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0
