"""Which points are left, until when, and which of them are held.

A points account's balance is the sum of what its lots have left, and its `held` the sum of what is held of them: the
account answers what a wallet has without reading lots. What took from a lot or gave back to it is only ever added.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import TenantRow, Timestamp, within_tenant
from backend.ledger.models import REFERENCE_LENGTH_MAX

_FREE = "remaining > held"
_LOT = ["tenant_id", "account_id", "seq", "part"]


def _of_lot() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(_LOT, [f"ledger_lot.{column}" for column in _LOT])


class LedgerLot(SQLModel, table=True):
    """Points that came together, and what is left of them: `amount` and everything that was done to it since.

    It is named by the wallet's number of the transfer that brought it, and by `part` where that brought several. Until
    `available_from` it is pending and from `expires_at` on it is no more spent; null is at once, and never.
    """

    __tablename__ = "ledger_lot"
    __table_args__ = (
        within_tenant("account_id", "ledger_account"),
        within_tenant("transfer_id", "ledger_transfer"),
        CheckConstraint("amount > 0 and remaining between 0 and amount", "remaining"),
        CheckConstraint("held between 0 and remaining", "held"),
        CheckConstraint("available_from < expires_at", "span"),
        Index(
            "ix_ledger_lot_next", "tenant_id", "account_id", "expires_at", "seq", "part", postgresql_where=text(_FREE)
        ),
        Index(
            "ix_ledger_lot_pending",
            "tenant_id",
            "account_id",
            "available_from",
            postgresql_where=text(f"{_FREE} and available_from is not null"),
        ),
        Index(
            "ix_ledger_lot_due",
            "tenant_id",
            "expires_at",
            "account_id",
            postgresql_where=text(f"{_FREE} and expires_at is not null"),
        ),
    )

    tenant_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    transfer_id: UUID
    amount: int = Field(sa_type=BigInteger)
    remaining: int = Field(sa_type=BigInteger)
    held: int = Field(default=0, sa_type=BigInteger)
    available_from: datetime | None = Field(sa_type=Timestamp)
    expires_at: datetime | None = Field(sa_type=Timestamp)


class LedgerLotUse(SQLModel, table=True):
    """What a transfer took from a lot, below 0, or gave back to it; what brought the lot is no use of it."""

    __tablename__ = "ledger_lot_use"
    __table_args__ = (
        within_tenant("transfer_id", "ledger_transfer"),
        _of_lot(),
        CheckConstraint("amount <> 0", "amount"),
    )

    tenant_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    transfer_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)


class LedgerHold(TenantRow, table=True):
    """Points set aside for whoever holds them; it resolves once, and `transfer_id` is what captured it.

    States: `open`, `captured`, `released`, `expired`. By the database's clock it is expired from `expires_at` on, even
    while the row still says `open`.
    """

    __tablename__ = "ledger_hold"
    __table_args__ = (
        within_tenant("account_id", "ledger_account"),
        within_tenant("transfer_id", "ledger_transfer"),
        UniqueConstraint("tenant_id", "reference"),
        CheckConstraint("points > 0", "points"),
        CheckConstraint("state in ('open', 'captured', 'released', 'expired')", "state"),
        CheckConstraint("(state = 'open') = (resolved_at is null)", "resolved"),
        CheckConstraint("(state = 'captured') = (transfer_id is not null)", "captured"),
        Index("ix_ledger_hold_open", "tenant_id", "account_id", "expires_at", postgresql_where=text("state = 'open'")),
        Index("ix_ledger_hold_lapsed", "tenant_id", "expires_at", postgresql_where=text("state = 'open'")),
    )

    account_id: UUID
    reference: str = Field(max_length=REFERENCE_LENGTH_MAX)
    input_hash: bytes
    points: int = Field(sa_type=BigInteger)
    state: str
    expires_at: datetime = Field(sa_type=Timestamp)
    placed_at: datetime = Field(sa_type=Timestamp)
    resolved_at: datetime | None = Field(default=None, sa_type=Timestamp)
    transfer_id: UUID | None = None


class LedgerHoldLot(SQLModel, table=True):
    """How much of which lot a hold set aside."""

    __tablename__ = "ledger_hold_lot"
    __table_args__ = (
        within_tenant("hold_id", "ledger_hold"),
        _of_lot(),
        CheckConstraint("points > 0", "points"),
    )

    tenant_id: UUID = Field(primary_key=True)
    hold_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    part: int = Field(primary_key=True)
    points: int = Field(sa_type=BigInteger)
