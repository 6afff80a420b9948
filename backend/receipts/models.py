"""Receipts, their lines, and what authorities answered.

A claim is no table of its own: two partial unique indexes hold it. While a receipt waits, only the same bytes are taken
(a different payload for the same number is a contender); once the authority confirmed one, its number is taken.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant


class FiscalAnswer(SQLModel, table=True):
    """What an authority attested, once for the installation; outside the wall, without any personal data.

    It holds for the payload of that hash alone: a forged code with the same number finds nothing here.
    """

    __tablename__ = "fiscal_answer"

    authority: str = Field(primary_key=True)
    fiscal_id: str = Field(primary_key=True)
    payload_sha256: bytes
    answer_sha256: str
    with_gtins: bool
    content: dict[str, Any] = Field(sa_type=Document)
    fetched_at: datetime = Field(sa_type=Timestamp)


class Receipt(TenantRow, Created, table=True):
    """A member's submission. States: pending, confirmed, settled; or refused, with `refusal` saying why.

    `held` is a confirmed one that cannot be settled until a campaign is mended.
    `sure` is the outcome that the code alone decided when it was submitted, as it was shown to the member.
    `presented` are the codes and coupons that came with it, each as `{"as": "code" | "coupon", "text": …}`.
    `payload` is empty once a receipt is decided whose code names a person: nobody needs to ask about it again.
    `reference` is the number of the receipt that this one refunds or refers to, known once it is confirmed.
    """

    __table_args__ = (
        within_tenant("member_id", "member"),
        within_tenant("outlet_id", "outlet"),
        Index(
            "uq_receipt_same_bytes",
            "tenant_id",
            "authority",
            "fiscal_id",
            "payload_sha256",
            unique=True,
            postgresql_where=text("state <> 'refused'"),
        ),
        Index(
            "uq_receipt_confirmed",
            "tenant_id",
            "authority",
            "fiscal_id",
            unique=True,
            postgresql_where=text("state in ('confirmed', 'held', 'settled')"),
        ),
        Index("ix_receipt_member", "tenant_id", "member_id", "id"),
        Index("ix_receipt_pending", "tenant_id", "member_id", postgresql_where=text("state = 'pending'")),
        Index(
            "ix_receipt_issued",
            "tenant_id",
            "issued_at",
            "id",
            postgresql_where=text("state = 'settled' and kind = 'sale'"),
        ),
        Index(
            "ix_receipt_reference",
            "tenant_id",
            "authority",
            "reference",
            postgresql_where=text("reference is not null"),
        ),
    )

    member_id: UUID
    authority: str
    fiscal_id: str
    payload: bytes
    payload_sha256: bytes
    counter: str
    kind: str
    issued_at: datetime = Field(sa_type=Timestamp)
    total_minor: int = Field(sa_type=BigInteger)
    currency: str
    buyer_kind: str | None
    earns: bool
    with_gtins: bool
    state: str = "pending"
    refusal: str | None = None
    waiting_for: str | None = None
    sure: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    presented: list[dict[str, str]] = Field(
        default_factory=list, sa_type=Document, sa_column_kwargs={"server_default": text("'[]'")}
    )
    seller: dict[str, Any] | None = Field(default=None, sa_type=Document)
    outlet_id: UUID | None = None
    reference: str | None = None
    confirmed_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ReceiptLineRow(SQLModel, table=True):
    """A line as the authority attests it; `no` counts from 1, and `folded` is what its name is remembered by.

    A line that was stored before names were folded has no `folded`.
    """

    __tablename__ = "receipt_line"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "receipt_id"], ["receipt.tenant_id", "receipt.id"]),
        Index("ix_receipt_line_folded", "tenant_id", "folded", "receipt_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    receipt_id: UUID = Field(primary_key=True)
    no: int = Field(primary_key=True)
    name: str
    unit: str | None
    quantity_milli: int = Field(sa_type=BigInteger)
    unit_price_minor: int = Field(sa_type=BigInteger)
    total_minor: int = Field(sa_type=BigInteger)
    tax_labels: list[str] = Field(sa_type=Document)
    gtin: str | None
    folded: str | None = None
