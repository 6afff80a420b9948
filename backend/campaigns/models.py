"""Campaigns. Promotions are kept as the documents that people write; the engine reads them."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from backend.kit.tables import Created, Document, TenantRow, within_tenant


class Campaign(TenantRow, Created, table=True):
    """A set of promotions of one programme; `state` is `live` or `ended`, `version` counts its changes."""

    __table_args__ = (within_tenant("programme_id", "programme"), UniqueConstraint("tenant_id", "code"))

    programme_id: UUID
    code: str
    name: str
    state: str
    version: int
    promotions: list[dict[str, Any]] = Field(sa_type=Document)
