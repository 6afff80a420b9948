"""Accounts, transfers and their entries: what happened is only ever added to.

The application reads these tables; the functions in `sql/` alone write them. A wallet is a member's `points` and `debt`
accounts in one programme. An entry has no foreign key to its account: the check would lock the issuer's row, which
everyone of the programme shares, at every posting.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import TenantRow, Timestamp, within_tenant

REFERENCE_LENGTH_MAX = 200


class LedgerAccount(TenantRow, table=True):
    """Where points stand. Kinds: `points` (never below 0), `debt` (owed by the member, never above 0), `issuer`.

    The issuer's balance is not stored: it is the sum of its entries. `last_seq`, on the points account, counts the
    transfers of the whole wallet; the member was told of what expires until `warned_until`.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        within_tenant("programme_id", "programme"),
        within_tenant("member_id", "member"),
        UniqueConstraint("tenant_id", "member_id", "programme_id", "kind", postgresql_nulls_not_distinct=True),
        CheckConstraint("(kind = 'issuer') = (member_id is null) and (kind = 'issuer') = (balance is null)", "owner"),
        CheckConstraint("kind <> 'points' or balance >= 0", "points"),
        CheckConstraint("kind <> 'debt' or balance <= 0", "debt"),
        CheckConstraint("held >= 0 and (held = 0 or kind = 'points' and held <= balance)", "held"),
    )

    programme_id: UUID
    member_id: UUID | None
    kind: str
    balance: int | None = Field(sa_type=BigInteger)
    held: int = Field(default=0, sa_type=BigInteger)
    last_seq: int = Field(default=0, sa_type=BigInteger)
    warned_until: datetime | None = Field(default=None, sa_type=Timestamp)


class LedgerTransfer(TenantRow, table=True):
    """One event and the reason of its entries.

    Kinds: `earn`, `burn`, `capture` of a hold, `expire`, `transfer` between two wallets, staff's `adjustment` with its
    `reason`; `reversal` of an earn and `restoration` of a burn or capture, which name what they take back in `reverses`.
    `event_at` is when it happened in the world (the receipt's time), `posted_at` when the ledger learned of it.
    """

    __tablename__ = "ledger_transfer"
    __table_args__ = (
        UniqueConstraint("tenant_id", "reference"),
        within_tenant("reverses", "ledger_transfer"),
        Index("ix_ledger_transfer_reverses", "tenant_id", "reverses", postgresql_where=text("reverses is not null")),
    )

    kind: str
    reference: str = Field(max_length=REFERENCE_LENGTH_MAX)
    reverses: UUID | None
    input_hash: bytes
    event_at: datetime = Field(sa_type=Timestamp)
    posted_at: datetime = Field(sa_type=Timestamp)
    reason: str | None = None


class LedgerEntry(SQLModel, table=True):
    """What a transfer adds to an account; a transfer's entries sum to 0.

    `seq` is the wallet's number of the transfer and `balance_after` the account's balance since; the issuer has neither.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = (
        within_tenant("transfer_id", "ledger_transfer"),
        UniqueConstraint("tenant_id", "account_id", "seq"),
        CheckConstraint("amount <> 0", "amount"),
        CheckConstraint("(seq is null) = (balance_after is null)", "running"),
    )

    tenant_id: UUID = Field(primary_key=True)
    transfer_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)
    seq: int | None = Field(sa_type=BigInteger)
    balance_after: int | None = Field(sa_type=BigInteger)
