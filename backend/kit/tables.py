"""The shape that tenant-owned tables share: the tenant comes first in every key, so that rows can be walled and sharded."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, ForeignKeyConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from backend.kit.ids import new_id

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Timestamp: Any = DateTime(timezone=True)
"""`timestamptz`; the driver refuses a time without a zone."""
Document: Any = JSONB
"""`jsonb`, for facts that are kept and shown, never joined."""


class TenantRow(SQLModel):
    """A row that belongs to a tenant; its key is (tenant_id, id)."""

    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, default_factory=new_id)


def within_tenant(column: str, target: str) -> ForeignKeyConstraint:
    """A foreign key to another row of the same tenant: (tenant_id, column) -> target (tenant_id, id)."""
    return ForeignKeyConstraint(["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"])


class Created(SQLModel):
    """A row that says when it came to be."""

    created_at: datetime = Field(sa_type=Timestamp)
