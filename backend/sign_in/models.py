"""Codes on their way and sign-ins that last. No code, no token and no address stands here as it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant


class SignInChallenge(TenantRow, Created, table=True):
    """The one code that an address may be tried with; the next code sent there takes its place, under a new id.

    `sealed` holds address and code for the job that sends them, and is null once they are sent. A row without a code
    that anybody could know stands for an address that was tried before any code was sent: both look alike from outside.
    """

    __tablename__ = "sign_in_challenge"
    __table_args__ = (
        UniqueConstraint("tenant_id", "to_hash"),
        Index("ix_sign_in_challenge_expires_at", "tenant_id", "expires_at"),
    )

    to_hash: bytes
    code_hash: bytes
    language: str
    tries: int = 0
    expires_at: datetime = Field(sa_type=Timestamp)
    sealed: bytes | None = None
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)


class TokenFamily(TenantRow, Created, table=True):
    """One sign-in: the refresh token that is good now, the one before it, and when they changed places."""

    __tablename__ = "token_family"
    __table_args__ = (
        within_tenant("member_id", "member"),
        Index("ix_token_family_expires_at", "tenant_id", "expires_at"),
    )

    member_id: UUID
    current_hash: bytes
    previous_hash: bytes | None = None
    rotations: int = 0
    rotated_at: datetime = Field(sa_type=Timestamp)
    expires_at: datetime = Field(sa_type=Timestamp)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
