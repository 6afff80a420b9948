"""Questions about receipts.

Those of the path from submission to settling are statements built once: building one costs more than asking it.
"""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, and_, bindparam, func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import ProductGtin
from backend.kit.db import driver
from backend.members.models import Member
from backend.programmes.models import Outlet
from backend.receipts.errors import ReceiptNotFound
from backend.receipts.models import FiscalAnswer, Receipt, ReceiptLineRow

GTIN_DIGITS = 14
"""The longest form of a barcode, in which the catalogue keeps them all."""


async def receipt_of_member(session: AsyncSession, tenant_id: UUID, member_id: UUID, receipt_id: UUID) -> Receipt:
    """A member's own receipt. Raises ReceiptNotFound, for another member's as well."""
    found = await session.exec(
        select(Receipt).where(Receipt.tenant_id == tenant_id, Receipt.id == receipt_id, Receipt.member_id == member_id)
    )
    row = found.one_or_none()
    if row is None:
        raise ReceiptNotFound
    return row


async def receipts_of_member(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, before: UUID | None, limit: int
) -> list[Receipt]:
    """A page of the member's receipts, newest first; `before` is the last id of the page before."""
    query = select(Receipt).where(Receipt.tenant_id == tenant_id, Receipt.member_id == member_id)
    if before is not None:
        query = query.where(col(Receipt.id) < before)
    return list(await session.exec(query.order_by(col(Receipt.id).desc()).limit(limit)))


async def submitted_receipt(
    session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, partner_id: UUID | None = None
) -> Receipt:
    """Any member's receipt; of one partner's outlets alone if it is named. Raises ReceiptNotFound."""
    found = await session.exec(
        select(Receipt).where(Receipt.id == receipt_id, *_submitted(tenant_id, partner_id)),
    )
    row = found.one_or_none()
    if row is None:
        raise ReceiptNotFound
    return row


async def submitted_receipts(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    member_id: UUID | None = None,
    state: str | None = None,
    partner_id: UUID | None = None,
    before: UUID | None,
    limit: int,
) -> list[Receipt]:
    """A page of everybody's receipts, newest first, narrowed by whatever is named."""
    query = select(Receipt).where(*_submitted(tenant_id, partner_id))
    if member_id is not None:
        query = query.where(Receipt.member_id == member_id)
    if state is not None:
        query = query.where(Receipt.state == state)
    if before is not None:
        query = query.where(col(Receipt.id) < before)
    return list(await session.exec(query.order_by(col(Receipt.id).desc()).limit(limit)))


def shopped_at(partner_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    """The condition on members that a receipt of theirs is of that partner's outlets; none without a partner."""
    if partner_id is None:
        return ()
    own = select(Receipt.id).where(Receipt.member_id == Member.id, *_submitted(Member.tenant_id, partner_id))
    return (own.exists(),)


def _submitted(tenant_id: UUID, partner_id: UUID | None) -> tuple[ColumnElement[bool], ...]:
    inside = col(Receipt.tenant_id) == tenant_id
    if partner_id is None:
        return (inside,)
    outlets = select(Outlet.id).where(col(Outlet.tenant_id) == Receipt.tenant_id, Outlet.partner_id == partner_id)
    return inside, col(Receipt.outlet_id).in_(outlets)


_LOCKED = (
    select(Receipt)
    .where(Receipt.tenant_id == bindparam("tenant"), Receipt.id == bindparam("receipt"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


async def lock_receipt(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> Receipt:
    """The receipt, held until the transaction ends: its state does not change under the caller."""
    return (await session.exec(_LOCKED, params={"tenant": tenant_id, "receipt": receipt_id})).one()


_LINES = (
    select(ReceiptLineRow)
    .where(ReceiptLineRow.tenant_id == bindparam("tenant"), ReceiptLineRow.receipt_id == bindparam("receipt"))
    .order_by(col(ReceiptLineRow.no))
)


async def lines(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[ReceiptLineRow]:
    """The receipt's lines in their order; none before it is confirmed."""
    return list(await session.exec(_LINES, params={"tenant": tenant_id, "receipt": receipt_id}))


async def receipts_with_text(
    session: AsyncSession,
    tenant_id: UUID,
    *,
    seller_tax_id: str | None,
    folded: str,
    after: UUID | None,
    limit: int,
    states: Collection[str] = ("settled",),
) -> list[UUID]:
    """A page of the sales in these states that have a line of that text, oldest first, of one seller or of all.

    `folded` is the text's `line_key`; `after` is the last id of the page before.
    """
    query = (
        select(ReceiptLineRow.receipt_id)
        .join(
            Receipt,
            and_(col(Receipt.tenant_id) == ReceiptLineRow.tenant_id, col(Receipt.id) == ReceiptLineRow.receipt_id),
        )
        .where(
            ReceiptLineRow.tenant_id == tenant_id,
            ReceiptLineRow.folded == folded,
            Receipt.kind == "sale",
            col(Receipt.state).in_(states),
        )
    )
    if seller_tax_id is not None:
        query = query.where(col(Receipt.seller)["tax_id"].astext == seller_tax_id)
    if after is not None:
        query = query.where(col(ReceiptLineRow.receipt_id) > after)
    return list(await session.exec(query.distinct().order_by(col(ReceiptLineRow.receipt_id)).limit(limit)))


async def texts_with_known_barcodes(session: AsyncSession, tenant_id: UUID, texts: Collection[str]) -> set[str]:
    """Those of the texts, each a `line_key`, that a line has together with the barcode of a product."""
    barcode = (
        select(ProductGtin.product_id)
        .where(
            col(ProductGtin.tenant_id) == ReceiptLineRow.tenant_id,
            col(ProductGtin.gtin) == func.lpad(ReceiptLineRow.gtin, GTIN_DIGITS, "0"),
        )
        .exists()
    )
    found = await session.exec(
        select(ReceiptLineRow.folded)
        .where(
            ReceiptLineRow.tenant_id == tenant_id,
            col(ReceiptLineRow.folded).in_(texts),
            col(ReceiptLineRow.gtin).is_not(None),
            barcode,
        )
        .distinct()
    )
    return {folded for folded in found if folded is not None}


_ANSWERED = select(FiscalAnswer).where(
    FiscalAnswer.authority == bindparam("authority"),
    FiscalAnswer.fiscal_id == bindparam("fiscal_id"),
    FiscalAnswer.payload_sha256 == bindparam("payload_sha256"),
    or_(col(FiscalAnswer.with_gtins), bindparam("lean_will_do", type_=Boolean)),
)


async def stored_answer(session: AsyncSession, receipt: Receipt) -> FiscalAnswer | None:
    """What the authority already attested for exactly these bytes, with product numbers where they are wanted."""
    wanted = {
        "authority": receipt.authority,
        "fiscal_id": receipt.fiscal_id,
        "payload_sha256": receipt.payload_sha256,
        "lean_will_do": not receipt.with_gtins,
    }
    return (await session.exec(_ANSWERED, params=wanted)).one_or_none()


async def lock_number(session: AsyncSession, tenant_id: UUID, authority: str, fiscal_id: str) -> None:
    """Wait until nobody else in the tenant is deciding about this number, a purchase's and its refunds' alike.

    There may be no row to lock: a refund can come before its purchase. Another number of the same hash waits in vain.
    """
    number = f"{tenant_id}:{authority}:{fiscal_id}"
    await (await driver(session)).execute("select pg_advisory_xact_lock(hashtextextended($1, 0))", number)


async def settled_sale(session: AsyncSession, tenant_id: UUID, authority: str, fiscal_id: str) -> Receipt | None:
    """The settled sale of that number, whoever submitted it."""
    found = await session.exec(
        select(Receipt).where(
            Receipt.tenant_id == tenant_id,
            Receipt.authority == authority,
            Receipt.fiscal_id == fiscal_id,
            Receipt.kind == "sale",
            Receipt.state == "settled",
        )
    )
    return found.one_or_none()


_REFUNDS = (
    select(Receipt)
    .where(
        Receipt.tenant_id == bindparam("tenant"),
        Receipt.authority == bindparam("authority"),
        Receipt.reference == bindparam("number"),
        Receipt.kind == "refund",
        Receipt.state == "settled",
    )
    .order_by(col(Receipt.issued_at), col(Receipt.id))
)


async def settled_refunds(session: AsyncSession, sale: Receipt) -> list[Receipt]:
    """The settled refunds of a sale, whoever submitted them, in the order in which they were issued."""
    of_sale = {"tenant": sale.tenant_id, "authority": sale.authority, "number": sale.fiscal_id}
    return list(await session.exec(_REFUNDS, params=of_sale))
