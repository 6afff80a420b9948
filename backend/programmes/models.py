"""Tenants and what they run: tables that every other slice points to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.kit.ids import new_id
from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant

_EMPTY = {"server_default": text("'{}'")}


class Tenant(Created, table=True):
    """A brand or retailer with its own members and rules; outside the wall, since it is how one enters.

    `settings` overrides the installation's settings of the same names.
    """

    id: UUID = Field(primary_key=True, default_factory=new_id)
    slug: str = Field(unique=True)
    name: str
    time_zone: str
    language: str
    branding: dict[str, Any] = Field(default_factory=dict, sa_type=Document, sa_column_kwargs=_EMPTY)
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=Document, sa_column_kwargs=_EMPTY)
    rules_version: int = Field(default=1, sa_type=BigInteger, sa_column_kwargs={"server_default": text("1")})
    """Counts the changes of whatever decides what a receipt brings, so that rules in memory know when they are old."""


class HostName(SQLModel, table=True):
    """A name under which a tenant is reached, in lower case; outside the wall, since it is how one enters."""

    __tablename__ = "host_name"

    host: str = Field(primary_key=True)
    tenant_id: UUID = Field(index=True)


class Programme(TenantRow, Created, table=True):
    """A loyalty programme: what a point is. `points_decimals` (0-2) gives the smallest unit of its points.

    `open_to` is `everyone`, or `assigned`: those alone whom a ProgrammeAssignment names. What is earned can be spent after
    `points_pending_days` and until `points_valid_days` are over, null for ever; members are told `points_warning_days`
    before. Days are of 24 hours from the moment of the posting, and hold for points that are earned from now on.
    """

    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        CheckConstraint(
            "points_pending_days >= 0 and points_warning_days >= 0 and points_valid_days > points_pending_days",
            "points_days",
        ),
    )

    code: str
    name: str
    currency: str
    points_decimals: int
    open_to: str = Field(default="everyone", sa_column_kwargs={"server_default": "everyone"})
    points_valid_days: int | None = None
    points_pending_days: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    points_warning_days: int = Field(default=14, sa_column_kwargs={"server_default": text("14")})


class ProgrammeScheme(Created, table=True):
    """The one form in which a programme's promotions give from `since_at` on; rows are added, never changed.

    `points`, `amount`, `discount`, or `none` of them; null leaves the form to each.
    """

    __tablename__ = "programme_scheme"
    __table_args__ = (within_tenant("programme_id", "programme"),)

    tenant_id: UUID = Field(primary_key=True)
    programme_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    scheme: str | None
    since_at: datetime = Field(sa_type=Timestamp)
    created_by: UUID | None = None


class ProgrammeAssignment(TenantRow, Created, table=True):
    """That a programme is for the members of a group, or for one member by name."""

    __tablename__ = "programme_assignment"
    __table_args__ = (
        within_tenant("programme_id", "programme"),
        within_tenant("member_id", "member"),
        UniqueConstraint("tenant_id", "programme_id", "group_code", "member_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("(group_code is null) <> (member_id is null)", "one"),
    )

    programme_id: UUID
    group_code: str | None = None
    member_id: UUID | None = None


class Partner(TenantRow, Created, table=True):
    """A firm whose shops take part, known to the authority by its tax number."""

    __table_args__ = (UniqueConstraint("tenant_id", "tax_id"),)

    name: str
    tax_id: str


class Outlet(TenantRow, Created, table=True):
    """A shop of a partner; business days and hours are those of its time zone.

    A closed one stays for what happened there; purchases from `closed_at` on are no longer its own.
    """

    __table_args__ = (
        within_tenant("partner_id", "partner"),
        UniqueConstraint("tenant_id", "code"),
        UniqueConstraint("tenant_id", "partner_id", "premises_id"),
    )

    code: str
    name: str
    partner_id: UUID
    premises_id: str
    city: str
    time_zone: str
    closed_at: datetime | None = Field(default=None, sa_type=Timestamp)
