"""What receipts gave beside points, one row a thing; nothing is deleted, what a refund takes back is counted in the row.

`award_id` and `position` name the award of a receipt that a row is from, so that no award gives twice.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant

_NONE_TAKEN: dict[str, Any] = {"server_default": text("0")}


class Voucher(TenantRow, Created, table=True):
    """Money for later purchases: `kind` is `card`, `receipt` (redeemed by whoever has the slip) or `cashback`.

    Good for purchases after `valid_from_at`, until the end of `valid_to_on` and at the outlets `redeem_at`, any if empty.
    It is `given`, or `taken_back` once refunds took all of it.
    """

    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("programme_id", "programme"),
        within_tenant("member_id", "member"),
        UniqueConstraint("tenant_id", "award_id", "position"),
        CheckConstraint("taken_minor between 0 and amount_minor", "taken"),
        Index("ix_voucher_member", "tenant_id", "member_id", "id"),
        Index("ix_voucher_receipt", "tenant_id", "receipt_id"),
    )

    award_id: UUID
    position: int
    receipt_id: UUID
    programme_id: UUID
    member_id: UUID
    kind: str
    amount_minor: int = Field(sa_type=BigInteger)
    taken_minor: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs=_NONE_TAKEN)
    currency: str
    valid_from_at: datetime = Field(sa_type=Timestamp)
    valid_to_on: date | None = None
    redeem_at: list[str] = Field(sa_type=Document)
    state: str = "given"


class Coupon(Created, table=True):
    """A coupon of a series, whose code nobody guesses; its member presents it once.

    It is `given`, `held` or `spent` by the receipt `used_by`, or `taken_back`.
    """

    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("member_id", "member"),
        within_tenant("used_by", "receipt"),
        CheckConstraint("(state in ('held', 'spent')) = (used_by is not null)", "holder"),
        Index("ix_coupon_member", "tenant_id", "member_id"),
        Index("ix_coupon_award", "tenant_id", "award_id"),
        Index("ix_coupon_used_by", "tenant_id", "used_by", postgresql_where=text("used_by is not null")),
    )

    tenant_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    series: str
    award_id: UUID
    position: int
    receipt_id: UUID
    member_id: UUID
    state: str = "given"
    used_by: UUID | None = None


class DrawEntry(Created, table=True):
    """Chances of a member in a draw, which `draw` names; one row for each `source` that gave some."""

    __tablename__ = "draw_entry"
    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("member_id", "member"),
        UniqueConstraint("tenant_id", "award_id", "position"),
        CheckConstraint("taken between 0 and entries", "taken"),
        Index("ix_draw_entry_member", "tenant_id", "member_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    draw: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    award_id: UUID
    position: int
    receipt_id: UUID
    member_id: UUID
    entries: int
    taken: int = Field(default=0, sa_column_kwargs=_NONE_TAKEN)


class Gift(TenantRow, Created, table=True):
    """A thing that a member may fetch: `given`, or `taken_back` when what it came with was returned."""

    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("member_id", "member"),
        UniqueConstraint("tenant_id", "award_id", "position"),
        Index("ix_gift_member", "tenant_id", "member_id", "id"),
    )

    award_id: UUID
    position: int
    receipt_id: UUID
    member_id: UUID
    sku: str
    quantity_milli: int = Field(sa_type=BigInteger)
    state: str = "given"


class StampCount(SQLModel, table=True):
    """How many stamps are on a member's card, across receipts; never below none."""

    __tablename__ = "stamp_count"
    __table_args__ = (
        within_tenant("programme_id", "programme"),
        within_tenant("member_id", "member"),
        CheckConstraint("units >= 0", "units"),
    )

    tenant_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    counter: str = Field(primary_key=True)
    units: int = Field(sa_type=BigInteger)


class TakenBack(SQLModel, table=True):
    """What a refund took back of one thing that the receipt gave, in the smallest unit of its kind."""

    __tablename__ = "taken_back"
    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("refund_id", "receipt"),
        CheckConstraint("units > 0", "units"),
        Index("ix_taken_back_receipt", "tenant_id", "receipt_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    refund_id: UUID = Field(primary_key=True)
    award_id: UUID = Field(primary_key=True)
    position: int = Field(primary_key=True)
    receipt_id: UUID
    kind: str
    name: str | None
    units: int = Field(sa_type=BigInteger)
    taken_at: datetime = Field(sa_type=Timestamp)
