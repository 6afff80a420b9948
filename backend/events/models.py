"""Each member's events, numbered without a gap in the order of their commits.

The number is taken under a lock on the member's head that ends with the transaction. So whoever sees a number has all
smaller ones before their eyes, however transactions overlap: a reader that remembers the last one misses nothing.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, within_tenant


class MemberEventHead(SQLModel, table=True):
    """The number of a member's newest event, kept when the event itself is pruned."""

    __tablename__ = "member_event_head"
    __table_args__ = (within_tenant("member_id", "member"),)

    tenant_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    last_seq: int = Field(sa_type=BigInteger)


class MemberEvent(Created, table=True):
    """One event: its kind and the ids of what it is about. It names no person, no amount of money and no slip."""

    __tablename__ = "member_event"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["member_event_head.tenant_id", "member_event_head.member_id"]
        ),
        Index("ix_member_event_created_at", "created_at"),
    )

    tenant_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger)
    kind: str
    data: dict[str, Any] = Field(sa_type=Document)
