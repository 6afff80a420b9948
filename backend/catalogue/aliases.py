"""What people decided about printed texts, and the texts that wait for them, by seller.

A text is kept as `line_key` folds it. `*` stands for every seller; a seller's own alias goes before one for all.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from backend.kit.ids import new_id
from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant

EVERY_SELLER = "*"


class ProductAlias(TenantRow, table=True):
    """A text that staff linked to a product; `linked_by` is null for the command line."""

    __tablename__ = "product_alias"
    __table_args__ = (within_tenant("product_id", "product"), UniqueConstraint("tenant_id", "seller_tax_id", "folded"))

    seller_tax_id: str
    folded: str
    product_id: UUID
    linked_by: UUID | None
    linked_at: datetime = Field(sa_type=Timestamp)


class UnmatchedText(SQLModel, table=True):
    """A text that no product was accepted for while a campaign asked.

    States: waiting; linked or ignored by staff; matched, since the catalogue has grown.

    `candidates` are the products that came nearest when it was last seen: number, name and score.
    """

    __tablename__ = "unmatched_text"
    __table_args__ = (
        UniqueConstraint("tenant_id", "seller_tax_id", "folded"),
        Index("ix_unmatched_text_queue", "tenant_id", "state", text("receipts desc"), text("id desc")),
    )

    tenant_id: UUID = Field(primary_key=True)
    id: UUID = Field(primary_key=True, default_factory=new_id)
    seller_tax_id: str
    folded: str
    sample: str
    state: str = "waiting"
    band: str
    score: int
    candidates: list[dict[str, Any]] = Field(sa_type=Document)
    receipts: int = Field(sa_type=BigInteger)
    lines: int = Field(sa_type=BigInteger)
    first_seen_at: datetime = Field(sa_type=Timestamp)
    last_seen_at: datetime = Field(sa_type=Timestamp)


class Rerating(TenantRow, Created, table=True):
    """That past receipts with a text are looked at again, by oldest first up to `after_id`, and what came of it so far.

    Causes: `linked` by staff, or the catalogue has `grown`. States: waiting, running, done, stopped. Counts are of
    receipts: looked at, given more, and broken, on which a campaign breaks.
    """

    __table_args__ = (
        Index(
            "ix_rerating_at_work",
            "tenant_id",
            "seller_tax_id",
            "folded",
            postgresql_where=text("state in ('waiting', 'running')"),
        ),
    )

    seller_tax_id: str
    folded: str
    cause: str
    state: str = "waiting"
    after_id: UUID | None = None
    looked_at: int = Field(default=0, sa_type=BigInteger)
    given_more: int = Field(default=0, sa_type=BigInteger)
    broken: int = Field(default=0, sa_type=BigInteger)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)
