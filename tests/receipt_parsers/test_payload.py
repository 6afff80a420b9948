"""The bytes of a code decode exactly, and a code that does not hold is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receipt_parsers.authorities.rs_suf import RS_SUF
from receipt_parsers.errors import DamagedCode
from receipt_parsers.registry import registry
from receipt_parsers.taxcore.payload import PayloadDamaged, decode

ELEMENT = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=8, max_size=8)
KIND_LETTERS = {
    (0, 0): ("sale", "ПП"),
    (0, 1): ("refund", "ПР"),
    (1, 0): ("proforma", "РП"),
    (1, 1): ("proforma_refund", "РР"),
    (2, 0): ("copy", "КП"),
    (2, 1): ("copy_refund", "КР"),
    (3, 0): ("training", "ОП"),
    (3, 1): ("training_refund", "ОР"),
    (4, 0): ("advance", "АП"),
    (4, 1): ("advance_refund", "АР"),
}


@settings(max_examples=60, deadline=None)
@given(
    requested_by=ELEMENT,
    signed_by=ELEMENT,
    counters=st.tuples(st.integers(1, 2**32 - 1), st.integers(1, 2**32 - 1)),
    total_minor=st.integers(1, 10**12),
    time_ms=st.integers(1_640_000_000_000, 2_000_000_000_000),
    types=st.sampled_from(sorted(KIND_LETTERS)),
    buyer=st.sampled_from([b"", b"10:100181732", b"\0" * 8 + b"10:100181732", b"20:1", b"Milojko 22"]),
    internal_size=st.sampled_from([256, 512]),
)
def test_inf_15_a_code_decodes_to_what_was_signed(
    payload_of: Callable[..., bytes],
    slip: Callable[[bytes], str],
    requested_by: str,
    signed_by: str,
    counters: tuple[int, int],
    total_minor: int,
    time_ms: int,
    types: tuple[int, int],
    buyer: bytes,
    internal_size: int,
) -> None:
    kind_counter, total_counter = sorted(counters)
    payload = payload_of(
        requested_by=requested_by,
        signed_by=signed_by,
        total_counter=total_counter,
        kind_counter=kind_counter,
        amount=total_minor * 100,
        time_ms=time_ms,
        invoice_type=types[0],
        transaction_type=types[1],
        buyer=buyer,
        internal_size=internal_size,
    )
    code = registry().recognise(slip(payload))
    kind, letters = KIND_LETTERS[types]
    assert code.fiscal_id == f"{requested_by}-{signed_by}-{total_counter}"
    assert code.counter == f"{kind_counter}/{total_counter}{letters}"
    assert (code.kind, code.total_minor, code.currency) == (kind, total_minor, "RSD")
    assert code.issued_at == datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=time_ms)
    assert code.payload == payload
    assert code.earns == (types == (0, 0))


@settings(max_examples=150, deadline=None)
@given(at=st.integers(0, 571), flip=st.integers(1, 255))
def test_any_changed_byte_is_noticed(
    payload_of: Callable[..., bytes], slip: Callable[[bytes], str], at: int, flip: int
) -> None:
    payload = bytearray(payload_of())
    assert len(payload) == 572
    payload[at] ^= flip
    with pytest.raises(DamagedCode) as refused:
        registry().recognise(slip(bytes(payload)))
    assert refused.value.authority == "rs.suf"
    assert refused.value.code == "checksum-mismatch"


@pytest.mark.parametrize("size", [0, 1, 43, 44, 300, 571, 573])
def test_a_code_of_another_length_is_damaged(payload_of: Callable[..., bytes], size: int) -> None:
    with pytest.raises(PayloadDamaged):
        decode((payload_of() + b"\0")[:size])


@pytest.mark.parametrize(
    "rule",
    [
        {"version": 1},
        {"version": 4},
        {"requested_by": "ABC-1234"},
        {"signed_by": "ABC 1234"},
        {"total_counter": 5, "kind_counter": 6},
        {"amount": 0},
        {"amount": 12_345},
        {"time_ms": 2**63},
        {"invoice_type": 5},
        {"transaction_type": 2},
        {"buyer": b"1" * 21},
        {"internal_size": 255},
    ],
)
def test_a_right_checksum_does_not_excuse_a_wrong_header(
    payload_of: Callable[..., bytes], rule: dict[str, object]
) -> None:
    with pytest.raises(PayloadDamaged):
        decode(payload_of(**rule))


def test_a_time_before_the_system_existed_is_damaged(
    payload_of: Callable[..., bytes], slip: Callable[[bytes], str]
) -> None:
    with pytest.raises(DamagedCode):
        RS_SUF.recognise(slip(payload_of(time_ms=1_600_000_000_000)))


def test_version_2_has_no_checksum_and_still_decodes(payload_of: Callable[..., bytes]) -> None:
    payload = payload_of(version=2, buyer=b"123456")
    assert len(payload) == 562
    assert decode(payload).fiscal_id == "ABCD1234-EFGH56O0-500"
    with pytest.raises(PayloadDamaged):
        decode(payload[:-1])


@pytest.mark.parametrize(
    ("buyer", "kind"),
    [
        (b"", None),
        (b"\0" * 20, None),
        (b"10:100181732", "company"),
        (b"\0" * 8 + b"10:100181732", "company"),
        (b"12:100181732", "company"),
        (b"11:0101990710000", "person"),
        (b"20:012345678", "document"),
        (b"30:012345678", "document"),
        (b"RS34564565", "other"),
        (b"\xff\xfe", "other"),
    ],
)
def test_of_the_buyer_only_the_kind_is_kept(
    payload_of: Callable[..., bytes], slip: Callable[[bytes], str], buyer: bytes, kind: str | None
) -> None:
    code = registry().recognise(slip(payload_of(buyer=buyer)))
    assert code.buyer_kind == kind
    for secret in ("100181732", "0101990710000", "012345678", "34564565"):
        assert secret not in repr(code)


def test_codes_of_the_sandbox_are_tests(payload_of: Callable[..., bytes], slip: Callable[..., str]) -> None:
    code = registry().recognise(slip(payload_of(signed_by="Dt1Ov1o0"), host="sandbox.suf.purs.gov.rs"))
    assert (code.is_test, code.refusal, code.earns) == (True, "test-environment", False)


def test_refused_kinds_are_refused_before_anyone_is_asked(
    payload_of: Callable[..., bytes], slip: Callable[[bytes], str]
) -> None:
    for invoice_type, refusal in ((0, None), (1, "receipt-kind-refused"), (2, "receipt-kind-refused"), (4, None)):
        code = registry().recognise(slip(payload_of(invoice_type=invoice_type)))
        assert code.refusal == refusal
