"""Tenants and what they run: tables that every other slice points to."""

from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from backend.kit.ids import new_id
from backend.kit.tables import Created, TenantRow, within_tenant


class Tenant(Created, table=True):
    """A brand or retailer with its own members and rules; outside the wall, since it is how one enters."""

    id: UUID = Field(primary_key=True, default_factory=new_id)
    slug: str = Field(unique=True)
    name: str
    time_zone: str
    language: str


class Programme(TenantRow, Created, table=True):
    """A loyalty programme: what a point is. `points_decimals` (0-2) gives the smallest unit of its points."""

    __table_args__ = (UniqueConstraint("tenant_id", "code"),)

    code: str
    name: str
    currency: str
    points_decimals: int


class Partner(TenantRow, Created, table=True):
    """A firm whose shops take part, known to the authority by its tax number."""

    __table_args__ = (UniqueConstraint("tenant_id", "tax_id"),)

    name: str
    tax_id: str


class Outlet(TenantRow, Created, table=True):
    """A shop of a partner; business days and hours are those of its time zone."""

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
