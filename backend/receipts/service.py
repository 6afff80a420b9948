"""Comparing a receipt with its authority's answer, and what follows for everyone who submitted its number."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.matching.wording import line_key
from backend.events.service import note
from backend.kit.db import driver
from backend.kit.errors import ParagonError
from backend.kit.i18n import Text, translate
from backend.kit.jobs import enqueue, rearm
from backend.members.queries import member
from backend.messages.service import write
from backend.receipts.claims import FETCH
from backend.receipts.errors import ReceiptAlreadyClaimed, ReceiptDecided, ReceiptMismatch
from backend.receipts.models import FiscalAnswer, Receipt
from backend.receipts.queries import lock_receipt
from receipt_parsers.errors import LayoutChanged, NotYetAvailable, UnknownReceipt
from receipt_parsers.fetch import Fetched
from receipt_parsers.model import FiscalReceipt, ReceiptLine

SETTLE = "accrual.settle"
RELEASE = "accrual.release"
_KEEP = """
    insert into fiscal_answer
        (authority, fiscal_id, payload_sha256, answer_sha256, with_gtins, content, fetched_at)
    values ($1, $2, $3, $4, $5, $6, $7)
    on conflict (authority, fiscal_id) do update set
        payload_sha256 = excluded.payload_sha256, answer_sha256 = excluded.answer_sha256,
        with_gtins = excluded.with_gtins, content = excluded.content, fetched_at = excluded.fetched_at
"""
_CONFIRM = "select * from public.receipt_confirm($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
_WAITING = {
    NotYetAvailable.code: "receipt-unconfirmed",
    UnknownReceipt.code: "receipt-unconfirmed",
    LayoutChanged.code: "receipt-looked-into",
}
"""What a member is told where an authority did answer; "it does not answer" is true of the other reasons alone."""


async def verify(
    session: AsyncSession, tenant_id: UUID, receipt_id: UUID, answer: FiscalReceipt, *, now: datetime
) -> None:
    """Confirm a pending receipt by its authority's answer, store its lines and send it on to be settled.

    Acts only on a pending receipt, under its row's lock, so running twice changes nothing. An answer that says
    something else than the code refuses the receipt; so does another submission of the number that was confirmed.
    """
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    if receipt.state != "pending":
        return
    if not agrees(receipt, answer):
        await refuse(session, receipt, ReceiptMismatch, now=now)
        return
    await confirm(session, receipt, answer, now=now)


async def confirm(session: AsyncSession, receipt: Receipt, answer: FiscalReceipt, *, now: datetime) -> None:
    """The second half of `verify`, for an answer that agrees: one call that looks at the receipt's state itself.

    `receipt` may have been read before this transaction: of it, only what the code says is looked at.
    """
    seller = answer.seller
    found = await (await driver(session)).fetchrow(
        _CONFIRM,
        receipt.tenant_id,
        receipt.id,
        msgspec.json.encode(seller).decode(),
        seller.tax_id,
        seller.premises_id,
        answer.reference,
        now,
        *_columns(answer.lines),
    )
    if found["verdict"] == "taken":
        await refuse(
            session, await lock_receipt(session, receipt.tenant_id, receipt.id), ReceiptAlreadyClaimed, now=now
        )
    if found["verdict"] != "confirmed":
        return
    for contender in found["contenders"]:
        await refuse(session, await lock_receipt(session, receipt.tenant_id, contender), ReceiptAlreadyClaimed, now=now)
    note(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        kind="receipt-confirmed",
        data={"receipt": str(receipt.id)},
        now=now,
    )
    await enqueue(session, SETTLE, receipt.tenant_id, receipt.id, now=now)


def agrees(receipt: Receipt, answer: FiscalReceipt) -> bool:
    """Whether the answer attests what the code says.

    An answer read from a page knows no milliseconds, nor which of two hours it was when clocks went back.
    """
    issued_at = receipt.issued_at if answer.issued_at.microsecond else receipt.issued_at.replace(microsecond=0)
    return (
        (answer.authority, answer.fiscal_id, answer.counter) == (receipt.authority, receipt.fiscal_id, receipt.counter)
        and (answer.kind, answer.total_minor, answer.currency) == (receipt.kind, receipt.total_minor, receipt.currency)
        and issued_at in {answer.issued_at, answer.issued_at_or}
    )


async def refuse(session: AsyncSession, receipt: Receipt, reason: type[ParagonError], *, now: datetime) -> None:
    """End a pending receipt with a reason, and tell the member; it no longer takes its number, nor what it holds."""
    receipt.state = "refused"
    receipt.refusal = reason.code
    receipt.waiting_for = None
    _forget_buyer(receipt)
    session.add(receipt)
    note(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        kind="receipt-refused",
        data={"receipt": str(receipt.id), "reason": reason.code},
        now=now,
    )
    if receipt.presented:
        await enqueue(session, RELEASE, receipt.tenant_id, receipt.id, now=now)
    owner = await member(session, receipt.tenant_id, receipt.member_id)
    await write(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        event="receipt-refused",
        params={**_money(receipt), "reason": translate(Text(reason.title), owner.language)},
        reference=f"receipt-refused:{receipt.id}",
        now=now,
    )


async def retry(session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, now: datetime) -> Receipt:
    """Let what an undecided receipt waits for be tried at once, with all its attempts before it; twice is once.

    The receipt exists. Raises ReceiptDecided for one that was settled or refused.
    """
    receipt = await lock_receipt(session, tenant_id, receipt_id)
    match receipt.state:
        case "pending":
            await rearm(session, FETCH, tenant_id, receipt.id, now=now)
        case "confirmed" | "held":
            await rearm(session, SETTLE, tenant_id, receipt.id, now=now)
        case _:
            raise ReceiptDecided
    return receipt


async def keep_waiting(session: AsyncSession, receipt: Receipt, reason: str, *, now: datetime) -> None:
    """Note what a pending receipt waits for, the code of a ReceiptError; the member hears once of each way of waiting."""
    event = _WAITING.get(reason, "receipt-waiting")
    receipt.waiting_for = reason
    session.add(receipt)
    await write(
        session,
        tenant_id=receipt.tenant_id,
        member_id=receipt.member_id,
        event=event,
        params=_money(receipt),
        reference=f"{event}:{receipt.id}",
        now=now,
    )


async def keep_answer(session: AsyncSession, receipt: Receipt, fetched: Fetched, *, now: datetime) -> None:
    """Keep what the authority attested for the whole installation; a fuller answer replaces a leaner one."""
    await (await driver(session)).execute(
        _KEEP,
        receipt.authority,
        receipt.fiscal_id,
        receipt.payload_sha256,
        fetched.sha256,
        receipt.with_gtins,
        msgspec.json.encode(fetched.receipt).decode(),
        now,
    )


def kept_receipt(answer: FiscalAnswer) -> FiscalReceipt:
    """A kept answer as the value that it was."""
    return msgspec.convert(answer.content, FiscalReceipt)


def _forget_buyer(receipt: Receipt) -> None:
    """Drop the code of a decided receipt that names a person, as every refund's does; its hash goes on being taken."""
    if receipt.buyer_kind not in {None, "company"}:
        receipt.payload = b""


def _money(receipt: Receipt) -> dict[str, int | str]:
    return {"total_minor": receipt.total_minor, "currency": receipt.currency}


def _columns(lines: tuple[ReceiptLine, ...]) -> Iterator[list[Any]]:
    """The lines' fields, each as a list in the order of the lines."""
    yield [line.name for line in lines]
    yield [line_key(line.name) for line in lines]
    yield [line.unit for line in lines]
    yield [line.quantity_milli for line in lines]
    yield [line.unit_price_minor for line in lines]
    yield [line.total_minor for line in lines]
    yield [msgspec.json.encode(line.tax_labels).decode() for line in lines]
    yield [line.gtin for line in lines]
