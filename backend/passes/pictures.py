"""The pictures of a pass, drawn in the brand's colours: its initial in a disc.

Wallets refuse a pass without an icon, and brands are known here by words and colours alone.
"""

import unicodedata
from functools import lru_cache

import cv2
import numpy as np

from backend.kit.i18n import to_latin
from backend.passes.cards import Brand

_OVERSAMPLED = 4
_ICON, _LOGO = 29, 50
"""Points of the sides, as Apple asks for them."""


def pictures(brand: Brand) -> dict[str, bytes]:
    """The PNG files of a pass by name, each in three densities."""
    return {
        f"{name}{suffix}.png": _mark(_initial(brand.mark), brand.primary_colour, brand.accent_colour, side * density)
        for name, side in (("icon", _ICON), ("logo", _LOGO))
        for density, suffix in ((1, ""), (2, "@2x"), (3, "@3x"))
    }


@lru_cache(maxsize=256)
def _mark(initial: str, primary: str, accent: str, side: int) -> bytes:
    large = side * _OVERSAMPLED
    canvas = np.full((large, large, 3), _bgr(primary), dtype=np.uint8)
    cv2.circle(canvas, (large // 2, large // 2), large * 3 // 8, _bgr(accent), thickness=-1)
    scale, thick = large / 55, max(large // 22, 1)
    (width, height), _ = cv2.getTextSize(initial, cv2.FONT_HERSHEY_SIMPLEX, scale, thick)
    corner = ((large - width) // 2, (large + height) // 2)
    cv2.putText(canvas, initial, corner, cv2.FONT_HERSHEY_SIMPLEX, scale, _bgr(primary), thick)
    is_written, png = cv2.imencode(".png", cv2.resize(canvas, (side, side), interpolation=cv2.INTER_AREA))
    assert is_written, "a picture in memory can be written"
    return png.tobytes()


def _initial(words: str) -> str:
    """The first letter or digit that the drawing library has, which knows no letters beyond ASCII."""
    plain = unicodedata.normalize("NFKD", to_latin(words))
    return next((sign.upper() for sign in plain if sign.isascii() and sign.isalnum()), "")


def _bgr(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return blue, green, red
