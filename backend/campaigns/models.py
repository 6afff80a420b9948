"""Campaigns: what they say is in their revisions, whether they run in their turns, what is left of them in slots.

Revisions and turns are only ever added: a receipt is decided by those that held when it was issued, however late it comes.
Nothing that everybody takes from is one row: a budget lies in slots.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, SQLModel, String

from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant

_TEXTS: Any = ARRAY(String)


class Campaign(TenantRow, Created, table=True):
    """A set of promotions of one programme; `group_label` is what its like are found by, such as Easter.

    `partner_id` is the one partner to whom it belongs and whose purchases it is for; null is the whole tenant.
    """

    __table_args__ = (
        within_tenant("programme_id", "programme"),
        within_tenant("partner_id", "partner"),
        UniqueConstraint("tenant_id", "code"),
    )

    programme_id: UUID
    code: str
    name: str
    group_label: str | None = None
    partner_id: UUID | None = None


class CampaignRevision(Created, table=True):
    """What a campaign says for purchases from `holds_from` on, until a later revision holds; numbers count from 1.

    `content` is the document that people wrote: period, audience, partners, outlets, limits and promotions.
    """

    __tablename__ = "campaign_revision"
    __table_args__ = (within_tenant("campaign_id", "campaign"),)

    tenant_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    holds_from: datetime = Field(sa_type=Timestamp)
    content: dict[str, Any] = Field(sa_type=Document)
    created_by: UUID | None = None
    note: str = ""


class CampaignTurn(Created, table=True):
    """That a campaign was `started`, `paused` or `ended` as of a moment; without a turn it is a draft."""

    __tablename__ = "campaign_turn"
    __table_args__ = (within_tenant("campaign_id", "campaign"),)

    tenant_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    number: int = Field(primary_key=True)
    turned: str
    since_at: datetime = Field(sa_type=Timestamp)
    created_by: UUID | None = None


class CampaignPool(SQLModel, table=True):
    """All that a promotion may give: `kind` is `uses`, or `value` in hundredths of money or of a point.

    An empty `promotion` is the whole campaign. What is left of it lies in its slots.
    """

    __tablename__ = "campaign_pool"
    __table_args__ = (within_tenant("campaign_id", "campaign"), CheckConstraint("total_units >= 0", "total"))

    tenant_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    promotion: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    total_units: int = Field(sa_type=BigInteger)


class CampaignSlot(SQLModel, table=True):
    """A part of what is left of a pool; `sql/020_pools.sql` moves it."""

    __tablename__ = "campaign_slot"
    __table_args__ = (
        ForeignKeyConstraint(
            ["tenant_id", "campaign_id", "promotion", "kind"],
            [
                "campaign_pool.tenant_id",
                "campaign_pool.campaign_id",
                "campaign_pool.promotion",
                "campaign_pool.kind",
            ],
        ),
        CheckConstraint("left_units >= 0", "left"),
    )

    tenant_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    promotion: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    slot: int = Field(primary_key=True)
    left_units: int = Field(sa_type=BigInteger)


class PromotionUse(SQLModel, table=True):
    """One use of a limited promotion by a receipt: `held` since it was shown, `captured` once it is given, or `released`.

    While it is only an offer that a member was shown, `receipt_id` is the `use_id` of its OfferHold.

    `pools` and `spans` say what it took, and so what releasing it puts back. `returned_centi` is what refunds put back.
    """

    __tablename__ = "promotion_use"
    __table_args__ = (
        within_tenant("campaign_id", "campaign"),
        within_tenant("member_id", "member"),
        CheckConstraint("returned_centi between 0 and value_centi", "returned"),
        Index(
            "ix_promotion_use_held", "tenant_id", "campaign_id", "promotion", postgresql_where=text("state = 'held'")
        ),
    )

    tenant_id: UUID = Field(primary_key=True)
    receipt_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    promotion: str = Field(primary_key=True)
    member_id: UUID | None = None
    state: str
    value_centi: int = Field(sa_type=BigInteger)
    returned_centi: int = Field(default=0, sa_type=BigInteger)
    pools: list[str] = Field(sa_type=_TEXTS)
    spans: list[str] = Field(sa_type=_TEXTS)
    changed_at: datetime = Field(sa_type=Timestamp)


class OfferHold(SQLModel, table=True):
    """That a limited promotion is kept for a member who was shown it, until a moment; `use_id` is its PromotionUse."""

    __tablename__ = "offer_hold"
    __table_args__ = (
        within_tenant("member_id", "member"),
        within_tenant("campaign_id", "campaign"),
        Index("ix_offer_hold_until_at", "tenant_id", "until_at"),
    )

    tenant_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    promotion: str = Field(primary_key=True)
    use_id: UUID
    until_at: datetime = Field(sa_type=Timestamp)


class MemberUses(SQLModel, table=True):
    """How often a member used a promotion: `span` is `ever`, or a day as 2026-11-21."""

    __tablename__ = "member_uses"
    __table_args__ = (
        within_tenant("campaign_id", "campaign"),
        within_tenant("member_id", "member"),
        CheckConstraint("uses >= 0", "uses"),
    )

    tenant_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True)
    promotion: str = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    span: str = Field(primary_key=True)
    uses: int


class CodeList(TenantRow, Created, table=True):
    """A list of promo codes by its name; `single_use` ones are spent by the receipt that used them."""

    __tablename__ = "code_list"
    __table_args__ = (within_tenant("partner_id", "partner"), UniqueConstraint("tenant_id", "name"))

    name: str
    single_use: bool
    partner_id: UUID | None = None


class PromoCode(SQLModel, table=True):
    """A code in capitals: `unspent`, `held` by a receipt that waits, or `spent` by one that settled."""

    __tablename__ = "promo_code"
    __table_args__ = (
        within_tenant("list_id", "code_list"),
        within_tenant("receipt_id", "receipt"),
        CheckConstraint("(state = 'unspent') = (receipt_id is null)", "holder"),
        Index("ix_promo_code_receipt", "tenant_id", "receipt_id", postgresql_where=text("receipt_id is not null")),
    )

    tenant_id: UUID = Field(primary_key=True)
    list_id: UUID = Field(primary_key=True)
    code: str = Field(primary_key=True)
    state: str = Field(default="unspent", sa_column_kwargs={"server_default": "unspent"})
    receipt_id: UUID | None = None
