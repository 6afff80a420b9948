"""Issuers' prefixes, batches, cards with their media, orders that wait for the printer, print runs, and who was identified.

A card is its number and belongs to a member once it is assigned; points belong to the member and never to the card.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from backend.kit.tables import Created, TenantRow, Timestamp, within_tenant

UNASSIGNED, ACTIVE, PAUSED, BLOCKED = "unassigned", "active", "paused", "blocked"
_NUMBERS = "int8range(first_number, last_number, '[]')"


class CardIssuer(Created, table=True):
    """That numbers which begin with the prefix are one tenant's; outside the wall, since no two tenants may overlap."""

    __tablename__ = "card_issuer"
    __table_args__ = (ExcludeConstraint((text(_NUMBERS), "&&"), name="ex_card_issuer_numbers", using="gist"),)

    prefix: str = Field(primary_key=True)
    tenant_id: UUID = Field(index=True)
    first_number: int = Field(sa_type=BigInteger)
    last_number: int = Field(sa_type=BigInteger)


class CardBatch(TenantRow, Created, table=True):
    """Numbers made at once for cards that nobody has yet; prize cards bring whoever binds one `points`."""

    __tablename__ = "card_batch"
    __table_args__ = (
        within_tenant("programme_id", "programme"),
        CheckConstraint("(points is null) = (programme_id is null) and (points is null or points > 0)", "prize"),
    )

    prefix: str
    count: int
    points: int | None = Field(default=None, sa_type=BigInteger)
    programme_id: UUID | None = None
    created_by: UUID | None = None


class Card(TenantRow, Created, table=True):
    """A number and what became of it: `unassigned`, `active`, `paused` by its member, or `blocked` for good.

    `form` is `plastic` or `digital`. `blocked_for` is `lost`, `rules` or `ended`. `replaces` is the card it was issued for.
    """

    __table_args__ = (
        within_tenant("batch_id", "card_batch"),
        within_tenant("member_id", "member"),
        within_tenant("replaces", "card"),
        UniqueConstraint("tenant_id", "number"),
        Index("uq_card_replaces", "tenant_id", "replaces", unique=True, postgresql_where=text("replaces is not null")),
        Index("ix_card_member_id", "tenant_id", "member_id", postgresql_where=text("member_id is not null")),
        Index("ix_card_batch_id", "tenant_id", "batch_id", postgresql_where=text("batch_id is not null")),
        CheckConstraint("state = 'blocked' or (state = 'unassigned') = (member_id is null)", "owner"),
        CheckConstraint("(state = 'blocked') = (blocked_for is not null)", "reason"),
    )

    number: str
    state: str = UNASSIGNED
    form: str = "plastic"
    batch_id: UUID | None = None
    member_id: UUID | None = None
    bound_at: datetime | None = Field(default=None, sa_type=Timestamp)
    blocked_for: str | None = None
    blocked_at: datetime | None = Field(default=None, sa_type=Timestamp)
    replaces: UUID | None = None


class CardMedium(Created, table=True):
    """A value that readers give for a card beside its number: of a chip, an RF token, another code; one value, one card."""

    __tablename__ = "card_medium"
    __table_args__ = (within_tenant("card_id", "card"), Index("ix_card_medium_card_id", "tenant_id", "card_id"))

    tenant_id: UUID = Field(primary_key=True)
    value: str = Field(primary_key=True)
    card_id: UUID
    kind: str


class CardOrder(Created, table=True):
    """That a card is to be printed with a name and posted; `run_id` is the print run it went into.

    The address is sealed: whoever steals the tables learns nobody's home.
    """

    __tablename__ = "card_order"
    __table_args__ = (
        within_tenant("card_id", "card"),
        within_tenant("run_id", "card_run"),
        Index("ix_card_order_run_id", "tenant_id", "run_id"),
    )

    tenant_id: UUID = Field(primary_key=True)
    card_id: UUID = Field(primary_key=True)
    name: str
    post_sealed: bytes
    run_id: UUID | None = None


class CardRun(TenantRow, Created, table=True):
    """Cards that went to the printer together, because `enough` had gathered or `staff` said so."""

    __tablename__ = "card_run"

    cards: int
    cause: str
    created_by: UUID | None = None


class CardIdentification(TenantRow, table=True):
    """That somebody was looked up: by whom, with what, and what came of it; of a number no more than its last digits."""

    __tablename__ = "card_identification"
    __table_args__ = (within_tenant("card_id", "card"), within_tenant("member_id", "member"))

    at: datetime = Field(sa_type=Timestamp)
    account_id: UUID | None
    means: str
    tail: str
    outcome: str
    card_id: UUID | None = None
    member_id: UUID | None = None
