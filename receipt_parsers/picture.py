"""Reads a picture's format and size from its header, before any decoder sees the bytes.

Decoders allocate what a header claims: a PNG of 100 kB can ask for 2 GB. So the size is read here, with nothing but
comparisons and integers, and a format that is not in the list never reaches a decoder.
"""

import struct
from dataclasses import dataclass
from typing import Literal

from receipt_parsers.errors import PictureFormatRefused, UnreadablePicture

Format = Literal["jpeg", "png", "webp", "gif"]

_PNG_ALPHA = frozenset({4, 6})
_PNG_DEEP = 16
_JPEG_MARK = 0xFF
_JPEG_SIZED = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_JPEG_BARE = frozenset(range(0xD0, 0xD8)) | {0x01}


@dataclass(frozen=True, slots=True)
class Header:
    """What a picture claims to be; it may have transparent parts, and samples of 16 bits."""

    format: Format
    width: int
    height: int
    has_alpha: bool
    is_deep: bool = False


def read_header(data: bytes) -> Header:
    """Read the header. Raises PictureFormatRefused, or UnreadablePicture when it is cut short."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(b"\x89PNG\r\n\x1a\n") and data[12:16] == b"IHDR":
            width, height, depth, colour = struct.unpack_from(">IIBB", data, 16)
            has_alpha = colour in _PNG_ALPHA or b"tRNS" in data
            return Header("png", width, height, has_alpha=has_alpha, is_deep=depth == _PNG_DEEP)
        if data.startswith((b"GIF87a", b"GIF89a")):
            width, height = struct.unpack_from("<HH", data, 6)
            return Header("gif", width, height, has_alpha=True)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        raise UnreadablePicture("the picture's header is cut short") from None
    raise PictureFormatRefused("the bytes are no JPEG, PNG, WebP or GIF")


def _jpeg(data: bytes) -> Header:
    """Walk the segments to the first start of frame."""
    at = 2
    while True:
        while data[at] == _JPEG_MARK and data[at + 1] == _JPEG_MARK:
            at += 1
        if data[at] != _JPEG_MARK:
            raise UnreadablePicture("the picture's segments are broken")
        marker = data[at + 1]
        if marker in _JPEG_SIZED:
            height, width = struct.unpack_from(">HH", data, at + 5)
            return Header("jpeg", width, height, has_alpha=False)
        at += 2 if marker in _JPEG_BARE else 2 + int(struct.unpack_from(">H", data, at + 2)[0])


def _webp(data: bytes) -> Header:
    chunk = data[12:16]
    if chunk == b"VP8X":
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (24, 27))
        return Header("webp", width, height, has_alpha=bool(data[20] & 0x10))
    if chunk == b"VP8L":
        bits = int(struct.unpack_from("<I", data, 21)[0])
        return Header("webp", (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1, has_alpha=bool(bits >> 28 & 1))
    if chunk == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return Header("webp", width & 0x3FFF, height & 0x3FFF, has_alpha=False)
    raise UnreadablePicture("the picture's first chunk is unknown")
