"""What a receipt was given and by which promotion, line by line, so that it can be explained and taken back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import Document, TenantRow, Timestamp, within_tenant

_EMPTY: dict[str, Any] = {"server_default": text("'{}'")}
_EMPTY_LIST: dict[str, Any] = {"server_default": text("'[]'")}


class Settlement(SQLModel, table=True):
    """The one settling of a receipt: points in the smallest unit of its first programme, and what did not apply in any."""

    __table_args__ = (within_tenant("receipt_id", "receipt"), within_tenant("programme_id", "programme"))

    tenant_id: UUID = Field(primary_key=True)
    receipt_id: UUID = Field(primary_key=True)
    programme_id: UUID
    points: int = Field(sa_type=BigInteger)
    points_decimals: int
    products: dict[str, str] = Field(sa_type=Document)
    not_applied: list[dict[str, Any]] = Field(sa_type=Document)
    campaign_versions: dict[str, int] = Field(sa_type=Document)
    settled_at: datetime = Field(sa_type=Timestamp)


class Award(TenantRow, table=True):
    """What one promotion gave to one receipt in its programme: `shares` says how many points each line brought.

    `campaign_id` is null for what was given before campaigns had revisions. `given` is what it gave beside points, as
    `backend/accrual/giving.py` writes it; `stamps` is how it moved the member's counter. `round` 0 is the settling, later
    ones are Resettlements. An award is all that the promotion gives; what refunds had returned by then is reversed at once.
    """

    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("programme_id", "programme"),
        within_tenant("campaign_id", "campaign"),
        Index("ix_award_receipt", "tenant_id", "receipt_id"),
    )

    receipt_id: UUID
    programme_id: UUID
    campaign_id: UUID | None = None
    position: int
    promotion: str
    name: str
    points: int = Field(sa_type=BigInteger)
    points_decimals: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    why: str
    why_params: dict[str, str] = Field(sa_type=Document)
    lines: list[str] = Field(sa_type=Document)
    shares: dict[str, int] = Field(sa_type=Document)
    given: list[dict[str, Any]] = Field(default_factory=list, sa_type=Document, sa_column_kwargs=_EMPTY_LIST)
    stamps: dict[str, Any] = Field(default_factory=dict, sa_type=Document, sa_column_kwargs=_EMPTY)
    round: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class Resettlement(SQLModel, table=True):
    """A later round in which a settled receipt was given more, because lines of it were found to be products since.

    `products` names what its lines were taken for then, as in Settlement.
    """

    __table_args__ = (within_tenant("receipt_id", "receipt"),)

    tenant_id: UUID = Field(primary_key=True)
    receipt_id: UUID = Field(primary_key=True)
    round: int = Field(primary_key=True)
    products: dict[str, str] = Field(sa_type=Document)
    rated_at: datetime = Field(sa_type=Timestamp)


class Reversal(SQLModel, table=True):
    """What a refund took back of one award of the purchase `receipt_id`, line by line; `line` as in `Award.shares`.

    All rows of a refund together are one transfer of the ledger for each round of the purchase; those written with a
    later round, of refunds that came before it, have lessened what it paid instead.
    """

    __table_args__ = (
        within_tenant("receipt_id", "receipt"),
        within_tenant("refund_id", "receipt"),
        within_tenant("award_id", "award"),
        CheckConstraint("points > 0", "points"),
        Index("ix_reversal_receipt", "tenant_id", "receipt_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    refund_id: UUID = Field(primary_key=True)
    award_id: UUID = Field(primary_key=True)
    line: str = Field(primary_key=True)
    receipt_id: UUID
    points: int = Field(sa_type=BigInteger)
    taken_at: datetime = Field(sa_type=Timestamp)


class HeldReceipt(SQLModel, table=True):
    """A receipt set aside because evaluating it broke: which campaigns' fault it is, and of what kind. Gone once settled."""

    __tablename__ = "held_receipt"
    __table_args__ = (within_tenant("receipt_id", "receipt"),)

    tenant_id: UUID = Field(primary_key=True)
    receipt_id: UUID = Field(primary_key=True)
    campaigns: list[str] = Field(sa_type=Document)
    reason: str
    held_at: datetime = Field(sa_type=Timestamp)
