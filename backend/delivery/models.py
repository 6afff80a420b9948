"""Deliveries: one row for every address that a message goes to, with the very words that were sent there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant


class Delivery(TenantRow, Created, table=True):
    """A message on its way to one address; `state` is a `notifications.channel.State`.

    Title and body are fixed before the first attempt, so that every attempt says the same. `attempts` counts calls of
    the channel that came back; `error` is the last reason why one failed.
    """

    __table_args__ = (
        within_tenant("message_id", "message"),
        UniqueConstraint("tenant_id", "message_id", "channel", "address"),
    )

    message_id: UUID
    channel: str
    address: str
    state: str = "queued"
    language: str
    title: str
    body: str
    provider_id: str | None = None
    error: str | None = None
    attempts: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Timestamp)
