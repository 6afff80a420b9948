"""Decodes the signed binary content of a TaxCore code, and refuses whatever does not hold.

    offset  length  type     field
    0       1       u8       version: 2 or 3
    1       8       ASCII    requested by: the secure element of the point of sale
    9       8       ASCII    signed by: the secure element that signed
    17      4       u32 LE   total counter, shared by documents of every kind
    21      4       u32 LE   counter of this kind, never above the total counter
    25      8       u64 LE   total in 1/10000 of the currency's unit; positive for refunds too
    33      8       u64 BE   time of signing, milliseconds since the Unix epoch
    41      1       u8       invoice type: 0 normal, 1 proforma, 2 copy, 3 training, 4 advance
    42      1       u8       transaction type: 0 sale, 1 refund
    43      1       u8       length n of the buyer's id, up to 20
    44      n       UTF-8    buyer's id as `code:value`, possibly padded with NUL on the left
    44+n    256|512 bytes    encrypted internal data; 512 is reported, not yet seen
    ...     256     bytes    RSA signature
    end-16  16      bytes    version 3 only: MD5 of everything before it

The byte orders do differ. MD5 excludes misreadings and nothing else: anyone can compute it, and the signature cannot be
checked without keys that no authority publishes. Version 2 has no checksum, so there the structure is all the defence.
"""

import hashlib
import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from receipt_parsers.model import BuyerKind, Kind

_HEADER = struct.Struct("<B8s8sIIQ8sBBB")
_SECURE_ELEMENT = re.compile(rb"[A-Za-z0-9]{8}")
_INTERNAL_SIZES = (256, 512)
_SIGNATURE_SIZE = 256
_MD5_SIZE = 16
_BUYER_SIZE_MAX = 20
_CHECKSUM_SIZES = {2: 0, 3: _MD5_SIZE}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME_MS_MAX = int(datetime(2100, 1, 1, tzinfo=UTC).timestamp()) * 1000

KINDS: dict[tuple[int, int], Kind] = {
    (0, 0): "sale",
    (0, 1): "refund",
    (1, 0): "proforma",
    (1, 1): "proforma_refund",
    (2, 0): "copy",
    (2, 1): "copy_refund",
    (3, 0): "training",
    (3, 1): "training_refund",
    (4, 0): "advance",
    (4, 1): "advance_refund",
}
"""What the pair of invoice type and transaction type means, in codes and answers alike."""


class PayloadDamaged(ValueError):
    """The bytes are no payload; the message says which rule they break and quotes none of them."""


@dataclass(frozen=True, slots=True)
class Payload:
    """The facts of a code. Of the buyer's id only its kind is kept."""

    version: int
    requested_by: str
    signed_by: str
    total_counter: int
    kind_counter: int
    total_minor: int
    issued_at: datetime
    kind: Kind
    buyer_kind: BuyerKind | None

    @property
    def fiscal_id(self) -> str:
        """The number of the document. It ends in the total counter, which every kind shares, so it is unique."""
        return f"{self.requested_by}-{self.signed_by}-{self.total_counter}"


def decode(content: bytes, *, since: datetime = _EPOCH) -> Payload:
    """Read the payload; `since` is when the system began to sign. Raises PayloadDamaged."""
    _check_frame(content)
    version, requested_by, signed_by, total_counter, kind_counter, amount, time, *types = _HEADER.unpack_from(content)
    invoice_type, transaction_type, buyer_size = types
    _require(bool(_SECURE_ELEMENT.fullmatch(requested_by)), "the requesting secure element has no name")
    _require(bool(_SECURE_ELEMENT.fullmatch(signed_by)), "the signing secure element has no name")
    _require(kind_counter <= total_counter, "the counters contradict each other")
    _require(amount > 0 and amount % 100 == 0, "the total is no amount of money")
    time_ms = int.from_bytes(time, "big")
    _require(time_ms < _TIME_MS_MAX, "the time is absurd")
    issued_at = _EPOCH + timedelta(milliseconds=time_ms)
    _require(issued_at >= since, "the time is before the system existed")
    _require((invoice_type, transaction_type) in KINDS, "the kind of document is unknown")
    return Payload(
        version=version,
        requested_by=requested_by.decode("ascii"),
        signed_by=signed_by.decode("ascii"),
        total_counter=total_counter,
        kind_counter=kind_counter,
        total_minor=amount // 100,
        issued_at=issued_at,
        kind=KINDS[invoice_type, transaction_type],
        buyer_kind=_buyer_kind(content[_HEADER.size : _HEADER.size + buyer_size]),
    )


def _check_frame(content: bytes) -> None:
    """Check what holds the payload together: version, length and, where there is one, checksum."""
    _require(len(content) >= _HEADER.size, "shorter than a header")
    version, buyer_size = content[0], content[_HEADER.size - 1]
    _require(version in _CHECKSUM_SIZES, "unknown version")
    _require(buyer_size <= _BUYER_SIZE_MAX, "the buyer's id is too long")
    checksum_size = _CHECKSUM_SIZES[version]
    rest = len(content) - _HEADER.size - buyer_size - _SIGNATURE_SIZE - checksum_size
    _require(rest in _INTERNAL_SIZES, "the length does not fit the header")
    if checksum_size:
        body, checksum = content[:-_MD5_SIZE], content[-_MD5_SIZE:]
        _require(hashlib.md5(body, usedforsecurity=False).digest() == checksum, "the checksum does not hold")


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise PayloadDamaged(rule)


def _buyer_kind(buyer_id: bytes) -> BuyerKind | None:
    """Tell companies (10, 12), persons (11) and bearers of a document (2x, 3x) apart by the code before the colon."""
    text = buyer_id.decode("utf-8", errors="replace").strip("\0 ")
    if not text:
        return None
    code, colon, _ = text.partition(":")
    if not colon or not re.fullmatch(r"[1-9]\d", code, re.ASCII):
        return "other"
    if code in {"10", "12"}:
        return "company"
    if code == "11":
        return "person"
    return "document" if code[0] in "23" else "other"
