"""Encodes a document as the authority's code: the signed bytes, the address in the QR picture, the picture.

Layout of version 3, little-endian except for the time: version u8, requestedBy 8, signedBy 8, total counter u32, type
counter u32, amount times 10,000 u64, milliseconds since 1970 u64 big-endian, invoice type u8, transaction type u8,
buyer id with its length u8, 256 bytes of internal data, 256 bytes of signature, MD5 of everything before. The amount
is positive for a refund too. Internal data and signature mean nothing outside the authority: here they are noise.
"""

import base64
import hashlib
import io
import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote

import segno

from receipt_parsers.playground.document import Document

NOISE_BYTES = 512
BUYER_BYTES_MAX = 20
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def encode(document: Document, noise: bytes) -> bytes:
    """The code's bytes; `noise` stands for the 512 bytes that only the authority can read."""
    if len(noise) != NOISE_BYTES:
        raise AssertionError("the internal data and the signature are 256 bytes each")
    buyer = (document.buyer_id or "").encode()
    if buyer and document.shop.pads_buyer:
        buyer = buyer.rjust(BUYER_BYTES_MAX, b"\0")
    amounts = struct.pack("<IIQ", document.total_counter, document.type_counter, document.total_minor * 100)
    instant = struct.pack(">Q", (document.issued_at - EPOCH) // _MILLISECOND)
    kind = struct.pack("BBB", document.kind.invoice_type, document.kind.transaction_type, len(buyer))
    devices = document.requested_by.encode("ascii") + document.signed_by.encode("ascii")
    content = b"\x03" + devices + amounts + instant + kind + buyer + noise
    return content + hashlib.md5(content, usedforsecurity=False).digest()


def address(base_url: str, vl: bytes, *, percent_encodes: bool) -> str:
    """The text of the QR picture: where the authority answers for these bytes."""
    text = base64.b64encode(vl).decode("ascii")
    return f"{base_url}/v/?vl={quote(text, safe='') if percent_encodes else text}"


def png(text: str) -> bytes:
    """The QR picture as printed on a slip: error correction L, with a quiet zone."""
    out = io.BytesIO()
    _drawn(text).save(out, kind="png", scale=4, border=4)
    return out.getvalue()


@lru_cache(maxsize=1024)
def gif(text: str) -> bytes:
    """The QR picture as the portal embeds it in the journal: a GIF without a quiet zone, one pixel a module.

    Codes of 8 bits with the table cleared before it grows: valid GIF that needs no compressor.
    """
    matrix = _drawn(text).matrix
    pixels = bytes(1 if module else 0 for row in matrix for module in row)
    codes = b"".join(b"\x80" + pixels[at : at + 126] for at in range(0, len(pixels), 126)) + b"\x81"
    blocks = (codes[at : at + 255] for at in range(0, len(codes), 255))
    side = struct.pack("<HH", len(matrix), len(matrix))
    palette = b"\xff\xff\xff\x00\x00\x00" + b"\x00" * (3 * 126)
    image = b"".join(bytes([len(block)]) + block for block in blocks) + b"\x00"
    return b"GIF89a" + side + b"\xf6\x00\x00" + palette + b"," + b"\x00" * 4 + side + b"\x00\x07" + image + b";"


@lru_cache(maxsize=1024)
def _drawn(text: str) -> segno.QRCode:
    """The code as modules; drawing takes tens of milliseconds, and every view of a page shows the same one."""
    return segno.make_qr(text, error="l", boost_error=False)
