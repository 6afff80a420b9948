"""Staff accounts and what signs them in; nothing here can be used by whoever steals the tables alone.

Passwords are argon2 hashes, tokens and recovery codes plain hashes of long random texts, and authenticator secrets
are sealed under the installation's key.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant


class StaffAccount(TenantRow, Created, table=True):
    """A person who works for a tenant; `state` is invited, active or blocked.

    `partner_id` restricts the account to one partner's outlets. `totp_step` is the last step whose code was used.
    """

    __tablename__ = "staff_account"
    __table_args__ = (within_tenant("partner_id", "partner"), UniqueConstraint("tenant_id", "email"))

    email: str
    role: str
    partner_id: UUID | None = None
    state: str = "invited"
    password_hash: str | None = None
    totp_sealed: bytes | None = None
    totp_step: int = Field(default=0, sa_type=BigInteger)
    invitation_hash: bytes | None = None
    invited_until: datetime | None = Field(default=None, sa_type=Timestamp)


class StaffRecoveryCode(SQLModel, table=True):
    """A code that stands in for the authenticator once: using it deletes it."""

    __tablename__ = "staff_recovery_code"
    __table_args__ = (within_tenant("account_id", "staff_account"),)

    tenant_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    code_hash: bytes = Field(primary_key=True)


class StaffSession(Created, table=True):
    """A sign-in, known by its token's hash; it ends at `expires_at`, or earlier when it is idle."""

    __tablename__ = "staff_session"
    __table_args__ = (
        within_tenant("account_id", "staff_account"),
        Index("ix_staff_session_account", "tenant_id", "account_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    token_hash: bytes = Field(primary_key=True)
    account_id: UUID
    seen_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
