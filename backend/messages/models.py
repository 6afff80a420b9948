"""Messages before anybody decided how they travel: an event and what fills its template."""

from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from backend.kit.tables import Created, Document, TenantRow, within_tenant


class Message(TenantRow, Created, table=True):
    """One event for one member. `reference` names its cause, such as `receipt:<id>:settled`: one cause, one message."""

    __table_args__ = (within_tenant("member_id", "member"), UniqueConstraint("tenant_id", "reference"))

    member_id: UUID
    event: str
    params: dict[str, Any] = Field(sa_type=Document)
    reference: str
