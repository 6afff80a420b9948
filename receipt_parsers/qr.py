"""Finds the fiscal QR code in a picture; any bytes give a reading or an UnreadablePicture, never anything else.

The picture is judged by its header first, then decoded to 8-bit grey: transparent parts are paper, and a white border
gives a code its quiet zone, which the pictures drawn by portals lack. Native code decodes hostile bytes here, so a
server calls this in a process that it can afford to lose, with a limit on memory and time.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import zxingcpp

from receipt_parsers.errors import PictureTooLarge, UnreadablePicture
from receipt_parsers.picture import Header, read_header

SIZE_LIMIT_BYTES = 12_000_000
PIXELS_MAX = 50_000_000
SIDE_MAX_PX = 16_384
SIDE_MIN_PX = 64

# The decoder's own wall behind ours: it reads the variable when it is imported, and only then.
os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(PIXELS_MAX)

import cv2  # noqa: E402 (the variable above comes first)

_WORKING_SIDE_PX = 4096
_REDUCE_FROM_PX = 16_000_000
_QUIET_ZONE_PX = 32
_WHITE = 255
_COLOURS = 3

_QR_ONLY = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCodeModel2)

_Grey = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Reading:
    """The text of the fiscal code, or None where the picture shows none; who read it, and CPU time of this thread."""

    text: str | None
    reader: str
    cpu_ms: float


def read_picture(data: bytes, *, is_fiscal: Callable[[str], bool]) -> Reading:
    """Give the first text that `is_fiscal` accepts. Raises UnreadablePicture, the narrower ones included."""
    started = time.thread_time()
    grey = _decode(data, _admitted(data))
    text = next((text for text in _texts(grey) if is_fiscal(text)), None)
    return Reading(text, "zxing", (time.thread_time() - started) * 1000)


def _admitted(data: bytes) -> Header:
    if len(data) > SIZE_LIMIT_BYTES:
        raise PictureTooLarge("the picture has too many bytes")
    header = read_header(data)
    # Transparency is decoded as it is stored, so there 16 bits take twice the memory.
    weight = 2 if header.has_alpha and header.is_deep else 1
    if header.width * header.height * weight > PIXELS_MAX or max(header.width, header.height) > SIDE_MAX_PX:
        raise PictureTooLarge("the picture has too many pixels")
    if min(header.width, header.height) < SIDE_MIN_PX:
        raise UnreadablePicture("the picture is too small for a code")
    return header


def _decode(data: bytes, header: Header) -> _Grey:
    """Decode to 8-bit grey, its long side no longer than a code needs, with a white border."""
    flags = cv2.IMREAD_GRAYSCALE
    if header.has_alpha:
        flags = cv2.IMREAD_UNCHANGED
    elif header.format == "jpeg" and header.width * header.height > _REDUCE_FROM_PX:
        flags = cv2.IMREAD_REDUCED_GRAYSCALE_2
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags)
        if picture is None or picture.size == 0:
            raise UnreadablePicture("the picture cannot be decoded")
        return _bordered(_shrunk(_on_white(_eight_bit(picture))))
    except (cv2.error, MemoryError):
        raise UnreadablePicture("the picture cannot be decoded") from None


def _eight_bit(picture: npt.NDArray[np.generic]) -> _Grey:
    if picture.dtype == np.uint8:
        return picture.astype(np.uint8, copy=False)
    if picture.dtype == np.uint16:
        return np.asarray(cv2.convertScaleAbs(picture.astype(np.uint16, copy=False), alpha=1 / 257), np.uint8)
    raise UnreadablePicture("the picture's samples are no integers")


def _on_white(picture: _Grey) -> _Grey:
    """Make grey of grey or colours; what is transparent turns white."""
    if picture.ndim == _COLOURS - 1:
        return picture
    grey = cv2.cvtColor(picture[:, :, :_COLOURS], cv2.COLOR_BGR2GRAY)
    if picture.shape[2] == _COLOURS:
        return np.asarray(grey, np.uint8)
    ink = cv2.multiply(cv2.bitwise_not(grey), picture[:, :, _COLOURS], scale=1 / _WHITE)
    return np.asarray(cv2.bitwise_not(ink), np.uint8)


def _shrunk(grey: _Grey) -> _Grey:
    height, width = grey.shape
    if max(height, width) <= _WORKING_SIDE_PX:
        return grey
    scale = _WORKING_SIDE_PX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _bordered(grey: _Grey) -> _Grey:
    sides = (_QUIET_ZONE_PX,) * 4
    return np.asarray(cv2.copyMakeBorder(grey, *sides, cv2.BORDER_CONSTANT, value=(_WHITE,)), np.uint8)


def _texts(grey: _Grey) -> list[str]:
    try:
        codes = zxingcpp.read_barcodes(grey, formats=_QR_ONLY, text_mode=zxingcpp.TextMode.Plain)
        return [code.text for code in codes if code.valid]
    except (ValueError, RuntimeError, MemoryError):
        raise UnreadablePicture("the picture cannot be searched for codes") from None
