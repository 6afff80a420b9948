"""A receipt's time is compared as exactly as its answer knows it: also in the hour that autumn repeats."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from backend.receipts.models import Receipt
from backend.receipts.service import agrees
from receipt_parsers.model import FiscalReceipt, Seller

PRINTED_AT_HALF_PAST_TWO = datetime(2022, 10, 30, 0, 30, tzinfo=UTC)


def _receipt(issued_at: datetime) -> Receipt:
    return Receipt(
        tenant_id=UUID(int=1),
        id=UUID(int=2),
        member_id=UUID(int=3),
        authority="rs.suf",
        fiscal_id="A-B-1",
        counter="1/1",
        kind="sale",
        issued_at=issued_at,
        total_minor=100_00,
        currency="RSD",
        buyer_kind=None,
        earns=True,
        payload=b"x",
        payload_sha256=b"y",
        with_gtins=False,
        sure={},
        created_at=issued_at,
    )


def _answer(issued_at: datetime, or_at: datetime | None = None) -> FiscalReceipt:
    return FiscalReceipt(
        authority="rs.suf",
        fiscal_id="A-B-1",
        counter="1/1",
        kind="sale",
        seller=Seller("100000001", "Lipa", None, None, None, None),
        issued_at=issued_at,
        total_minor=100_00,
        currency="RSD",
        lines=(),
        payments=(),
        taxes=(),
        issued_at_or=or_at,
    )


@pytest.mark.parametrize(("hours_on", "is_agreed"), [(-1, False), (0, True), (1, True), (2, False)])
def test_either_of_the_repeated_hours_agrees_and_no_other(hours_on: int, is_agreed: bool) -> None:
    again = PRINTED_AT_HALF_PAST_TWO + timedelta(hours=1)
    coded_at = PRINTED_AT_HALF_PAST_TWO + timedelta(hours=hours_on, milliseconds=202)
    assert agrees(_receipt(coded_at), _answer(PRINTED_AT_HALF_PAST_TWO, again)) is is_agreed


def test_any_other_hour_is_one_only() -> None:
    an_hour_on = PRINTED_AT_HALF_PAST_TWO + timedelta(hours=1)
    assert agrees(_receipt(PRINTED_AT_HALF_PAST_TWO), _answer(PRINTED_AT_HALF_PAST_TWO))
    assert not agrees(_receipt(an_hour_on), _answer(PRINTED_AT_HALF_PAST_TWO))


def test_milliseconds_count_where_the_answer_has_them() -> None:
    exact = PRINTED_AT_HALF_PAST_TWO + timedelta(milliseconds=202)
    assert agrees(_receipt(exact), _answer(exact))
    assert not agrees(_receipt(exact + timedelta(milliseconds=1)), _answer(exact))
