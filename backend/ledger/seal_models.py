"""What makes a change of the past noticeable, even by somebody who may change every row."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from backend.kit.tables import Timestamp, within_tenant


class LedgerSeal(SQLModel, table=True):
    """What was posted since the seal before, as one hash over that seal's and those of its transfers, by their ids."""

    __tablename__ = "ledger_seal"

    tenant_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger)
    sealed_at: datetime = Field(sa_type=Timestamp)
    transfers: int = Field(sa_type=BigInteger)
    hash: bytes


class LedgerSealed(SQLModel, table=True):
    """The hash of a transfer with its entries, and the seal that it went into."""

    __tablename__ = "ledger_sealed"
    __table_args__ = (
        within_tenant("transfer_id", "ledger_transfer"),
        ForeignKeyConstraint(["tenant_id", "seal"], ["ledger_seal.tenant_id", "ledger_seal.number"]),
        Index("ix_ledger_sealed_seal", "tenant_id", "seal", "transfer_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    transfer_id: UUID = Field(primary_key=True)
    seal: int = Field(sa_type=BigInteger)
    hash: bytes
