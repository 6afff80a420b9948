"""Members, the terms they accepted and the devices they use.

A phone number or an e-mail address is kept as a keyed hash, enough to know that it joined already, and sealed, for
sending. What was not given is null.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant


class Member(TenantRow, Created, table=True):
    """One member of one tenant; no card is needed to be one. An empty name is none."""

    __table_args__ = (UniqueConstraint("tenant_id", "phone_hash"), UniqueConstraint("tenant_id", "email_hash"))

    name: str
    language: str
    phone_hash: bytes | None = None
    phone_sealed: bytes | None = None
    email_hash: bytes | None = None
    email_sealed: bytes | None = None


class TermsAcceptance(TenantRow, table=True):
    """That a member accepted one version of the terms, and when for the first time."""

    __tablename__ = "terms_acceptance"
    __table_args__ = (within_tenant("member_id", "member"), UniqueConstraint("tenant_id", "member_id", "version"))

    member_id: UUID
    version: str
    accepted_at: datetime = Field(sa_type=Timestamp)


class Device(TenantRow, Created, table=True):
    """An installation of the app, which its `id` names, and how to reach it; it is its last member's.

    `kind` is `token`, `fid` or `webpush`. The value is sealed: whoever has it may be able to write to the device.
    """

    __table_args__ = (
        within_tenant("member_id", "member"),
        Index("ix_device_member_id", "tenant_id", "member_id", "seen_at"),
    )

    member_id: UUID
    kind: str
    value_sealed: bytes
    seen_at: datetime = Field(sa_type=Timestamp)


class MemberGroup(Created, table=True):
    """That a member belongs to a group, such as `pensioners`; a group is there while somebody is in it."""

    __tablename__ = "member_group"
    __table_args__ = (
        within_tenant("member_id", "member"),
        Index("ix_member_group_code", "tenant_id", "group_code"),
    )

    tenant_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    group_code: str = Field(primary_key=True)
