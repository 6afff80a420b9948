"""Replays of campaigns over stored receipts: how far each is, and the sums that it keeps on its way.

A replay's sums and members are there while it runs alone; in the end one document holds what they say.
"""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from backend.kit.tables import Created, Document, TenantRow, Timestamp, within_tenant


class Replay(TenantRow, Created, table=True):
    """What one revision of a campaign would have given on days `from_on` to `to_on`.

    It is `waiting`, `running`, `done`, `cancelled`, or `failed` with `failure` as the reason. `partner_id` narrows it to
    that partner's outlets. `after_at` and `after_id` are the last receipt that is counted in; `limits` is what the
    campaign's limited promotions have given up to there, `busy_ms` the time that it took. `tries` counts the turns that
    were begun since a portion came to its end.
    """

    __table_args__ = (
        within_tenant("campaign_id", "campaign"),
        within_tenant("partner_id", "partner"),
        Index("ix_replay_open", "tenant_id", postgresql_where=text("state in ('waiting', 'running')")),
    )

    campaign_id: UUID
    revision: int
    partner_id: UUID | None = None
    account_id: UUID | None = None
    from_on: date
    to_on: date
    state: str = "waiting"
    after_at: datetime | None = Field(default=None, sa_type=Timestamp)
    after_id: UUID | None = None
    receipts_total: int | None = Field(default=None, sa_type=BigInteger)
    receipts_done: int = Field(default=0, sa_type=BigInteger)
    busy_ms: int = Field(default=0, sa_type=BigInteger)
    tries: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    failure: str | None = None
    limits: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    result: dict[str, Any] | None = Field(default=None, sa_type=Document)
    ended_at: datetime | None = Field(default=None, sa_type=Timestamp)


class ReplaySum(SQLModel, table=True):
    """One sum of a replay: `of` is what it is a sum of (`all`, `day`, `promotion`, `product`), and `name` which one.

    `measure` is `receipts`, `uses`, `points` and the like; `currency` is empty for what is no money. `given` and
    `would_give` compare all campaigns by kind, with the draw, series or SKU as the name. `spent` is a code used on the
    way, as the measure, with its list as the name, empty for a coupon.
    """

    __tablename__ = "replay_sum"
    __table_args__ = (within_tenant("replay_id", "replay"),)

    tenant_id: UUID = Field(primary_key=True)
    replay_id: UUID = Field(primary_key=True)
    of: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)
    currency: str = Field(primary_key=True)
    amount: int = Field(sa_type=BigInteger)


class ReplayMember(SQLModel, table=True):
    """What a member was given in the period and would have been, and what of it decides their next receipts.

    `given` and `would_give` are points; `awards` is everything, as `replay_awards` writes it. `value` is by how much more
    money and points that would be, in hundredths, `things` how many more things; `gains` and `loses` say whether anything
    would be more, or less. `uses` of limited promotions is by promotion: ever, and on which day how often last. `stamps`
    is by counter: what was on the card then, and what would have been.
    """

    __tablename__ = "replay_member"
    __table_args__ = (
        within_tenant("replay_id", "replay"),
        within_tenant("member_id", "member"),
        CheckConstraint("receipts > 0", "receipts"),
    )

    tenant_id: UUID = Field(primary_key=True)
    replay_id: UUID = Field(primary_key=True)
    member_id: UUID = Field(primary_key=True)
    receipts: int
    touched: int
    given: int = Field(sa_type=BigInteger)
    would_give: int = Field(sa_type=BigInteger)
    value: int = Field(sa_type=BigInteger)
    things: int = Field(sa_type=BigInteger)
    gains: bool
    loses: bool
    awards: list[Any] = Field(sa_type=Document)
    uses: dict[str, Any] = Field(sa_type=Document)
    stamps: dict[str, Any] = Field(sa_type=Document)
