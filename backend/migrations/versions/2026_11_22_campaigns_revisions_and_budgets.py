"""Campaigns with revisions, turns and budgets; several programmes; receipts that wait for a broken campaign.

Revision ID: campaigns
Revises: matching
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "campaigns"
down_revision = "matching"
branch_labels = None
depends_on = None

_BEGINNING = "1970-01-01T00:00:00+00:00"
_CONFIRMED = "state in ('confirmed', 'settled')"
_CONFIRMED_OR_HELD = "state in ('confirmed', 'held', 'settled')"
_FIRST = "(select p.id from programme p where p.tenant_id = t.tenant_id order by p.id limit 1)"


def _created() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=op.f(f"fk_{table}_tenant_id_{column}")
    )


def _uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable, server_default=default)


def upgrade() -> None:
    _programmes()
    _history()
    _budgets()
    _codes()
    _accrual()


def _programmes() -> None:
    op.add_column("programme", _text("open_to", default="everyone"))
    op.add_column("programme", _text("scheme", nullable=True))
    op.create_table(
        "programme_assignment",
        _created(),
        _uuid("tenant_id"),
        _uuid("id"),
        _uuid("programme_id"),
        _text("group_code", nullable=True),
        _uuid("member_id", nullable=True),
        sa.CheckConstraint("(group_code is null) <> (member_id is null)", name=op.f("ck_programme_assignment_one")),
        _within("programme_assignment", "programme_id", "programme"),
        _within("programme_assignment", "member_id", "member"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_programme_assignment")),
        sa.UniqueConstraint(
            "tenant_id",
            "programme_id",
            "group_code",
            "member_id",
            name=op.f("uq_programme_assignment_tenant_id_programme_id_group_code_member_id"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "member_group",
        _created(),
        _uuid("tenant_id"),
        _uuid("member_id"),
        _text("group_code"),
        _within("member_group", "member_id", "member"),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", "group_code", name=op.f("pk_member_group")),
    )
    op.create_index("ix_member_group_code", "member_group", ["tenant_id", "group_code"])


def _history() -> None:
    op.create_table(
        "campaign_revision",
        _created(),
        _uuid("tenant_id"),
        _uuid("campaign_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("holds_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _uuid("created_by", nullable=True),
        _text("note"),
        _within("campaign_revision", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("tenant_id", "campaign_id", "number", name=op.f("pk_campaign_revision")),
    )
    op.create_table(
        "campaign_turn",
        _created(),
        _uuid("tenant_id"),
        _uuid("campaign_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        _text("turned"),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        _uuid("created_by", nullable=True),
        _within("campaign_turn", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("tenant_id", "campaign_id", "number", name=op.f("pk_campaign_turn")),
    )
    # What held when this runs goes on holding, for every purchase that still comes.
    op.execute(
        "insert into campaign_revision (created_at, tenant_id, campaign_id, number, holds_from, content, note) "
        f"select created_at, tenant_id, id, version, '{_BEGINNING}', "
        "jsonb_build_object('promotions', promotions), '' from campaign"
    )
    op.execute(
        "insert into campaign_turn (created_at, tenant_id, campaign_id, number, turned, since_at) "
        "select created_at, tenant_id, id, 1, case state when 'live' then 'started' else 'ended' end, "
        f"'{_BEGINNING}' from campaign"
    )
    for column in ("state", "version", "promotions"):
        op.drop_column("campaign", column)
    op.add_column("campaign", _text("group_label", nullable=True))
    op.add_column("campaign", _uuid("partner_id", nullable=True))
    op.create_foreign_key(
        op.f("fk_campaign_tenant_id_partner_id"),
        "campaign",
        "partner",
        ["tenant_id", "partner_id"],
        ["tenant_id", "id"],
    )


def _budgets() -> None:
    pool = ("tenant_id", "campaign_id", "promotion", "kind")
    op.create_table(
        "campaign_pool",
        _uuid("tenant_id"),
        _uuid("campaign_id"),
        _text("promotion"),
        _text("kind"),
        sa.Column("total_units", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("total_units >= 0", name=op.f("ck_campaign_pool_total")),
        _within("campaign_pool", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint(*pool, name=op.f("pk_campaign_pool")),
    )
    op.create_table(
        "campaign_slot",
        _uuid("tenant_id"),
        _uuid("campaign_id"),
        _text("promotion"),
        _text("kind"),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("left_units", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("left_units >= 0", name=op.f("ck_campaign_slot_left")),
        sa.ForeignKeyConstraint(
            list(pool),
            [f"campaign_pool.{column}" for column in pool],
            name=op.f("fk_campaign_slot_tenant_id_campaign_id_promotion_kind"),
        ),
        sa.PrimaryKeyConstraint(*pool, "slot", name=op.f("pk_campaign_slot")),
    )
    op.create_table(
        "promotion_use",
        _uuid("tenant_id"),
        _uuid("receipt_id"),
        _uuid("campaign_id"),
        _text("promotion"),
        _uuid("member_id", nullable=True),
        _text("state"),
        sa.Column("value_centi", sa.BigInteger(), nullable=False),
        sa.Column("returned_centi", sa.BigInteger(), nullable=False),
        sa.Column("pools", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("spans", postgresql.ARRAY(sa.String()), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("returned_centi between 0 and value_centi", name=op.f("ck_promotion_use_returned")),
        _within("promotion_use", "receipt_id", "receipt"),
        _within("promotion_use", "campaign_id", "campaign"),
        _within("promotion_use", "member_id", "member"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "receipt_id", "campaign_id", "promotion", name=op.f("pk_promotion_use")
        ),
    )
    op.create_index(
        "ix_promotion_use_held",
        "promotion_use",
        ["tenant_id", "campaign_id", "promotion"],
        postgresql_where=sa.text("state = 'held'"),
    )
    op.create_table(
        "member_uses",
        _uuid("tenant_id"),
        _uuid("campaign_id"),
        _text("promotion"),
        _uuid("member_id"),
        _text("span"),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.CheckConstraint("uses >= 0", name=op.f("ck_member_uses_uses")),
        _within("member_uses", "campaign_id", "campaign"),
        _within("member_uses", "member_id", "member"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "campaign_id", "promotion", "member_id", "span", name=op.f("pk_member_uses")
        ),
    )


def _codes() -> None:
    op.create_table(
        "code_list",
        _created(),
        _uuid("tenant_id"),
        _uuid("id"),
        _text("name"),
        sa.Column("single_use", sa.Boolean(), nullable=False),
        _uuid("partner_id", nullable=True),
        _within("code_list", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_code_list")),
        sa.UniqueConstraint("tenant_id", "name", name=op.f("uq_code_list_tenant_id_name")),
    )
    op.create_table(
        "promo_code",
        _uuid("tenant_id"),
        _uuid("list_id"),
        _text("code"),
        _text("state", default="unspent"),
        _uuid("receipt_id", nullable=True),
        sa.CheckConstraint("(state = 'unspent') = (receipt_id is null)", name=op.f("ck_promo_code_holder")),
        _within("promo_code", "list_id", "code_list"),
        _within("promo_code", "receipt_id", "receipt"),
        sa.PrimaryKeyConstraint("tenant_id", "list_id", "code", name=op.f("pk_promo_code")),
    )
    op.create_index(
        "ix_promo_code_receipt",
        "promo_code",
        ["tenant_id", "receipt_id"],
        postgresql_where=sa.text("receipt_id is not null"),
    )


def _accrual() -> None:
    for table in ("settlement", "award"):
        op.add_column(table, _uuid("programme_id", nullable=True))
        op.execute(f"update {table} t set programme_id = {_FIRST}")
        op.alter_column(table, "programme_id", nullable=False)
        _link(table, "programme_id", "programme")
    op.add_column("award", _uuid("campaign_id", nullable=True))
    _link("award", "campaign_id", "campaign")
    op.add_column("award", sa.Column("points_decimals", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.execute(
        "update award t set points_decimals = s.points_decimals from settlement s "
        "where s.tenant_id = t.tenant_id and s.receipt_id = t.receipt_id"
    )
    op.create_table(
        "held_receipt",
        _uuid("tenant_id"),
        _uuid("receipt_id"),
        sa.Column("campaigns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        _text("reason"),
        sa.Column("held_at", sa.DateTime(timezone=True), nullable=False),
        _within("held_receipt", "receipt_id", "receipt"),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", name=op.f("pk_held_receipt")),
    )
    _taken_numbers(_CONFIRMED_OR_HELD)


def _link(table: str, column: str, target: str) -> None:
    op.create_foreign_key(
        op.f(f"fk_{table}_tenant_id_{column}"), table, target, ["tenant_id", column], ["tenant_id", "id"]
    )


def _taken_numbers(condition: str) -> None:
    op.drop_index("uq_receipt_confirmed", table_name="receipt")
    op.create_index(
        "uq_receipt_confirmed",
        "receipt",
        ["tenant_id", "authority", "fiscal_id"],
        unique=True,
        postgresql_where=sa.text(condition),
    )


def downgrade() -> None:
    op.execute("update receipt set state = 'confirmed', waiting_for = null where state = 'held'")
    _taken_numbers(_CONFIRMED)
    op.drop_table("held_receipt")
    op.drop_column("award", "points_decimals")
    op.drop_column("award", "campaign_id")
    for table in ("award", "settlement"):
        op.drop_column(table, "programme_id")
    for table in ("promo_code", "code_list", "member_uses", "promotion_use", "campaign_slot", "campaign_pool"):
        op.drop_table(table)
    _one_version()
    for table in ("campaign_turn", "campaign_revision", "member_group", "programme_assignment"):
        op.drop_table(table)
    op.drop_column("programme", "scheme")
    op.drop_column("programme", "open_to")


def _one_version() -> None:
    """What each campaign says last and whether it runs is all that the older code keeps of it."""
    op.drop_column("campaign", "partner_id")
    op.drop_column("campaign", "group_label")
    op.add_column("campaign", _text("state", default="ended"))
    op.add_column("campaign", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.add_column(
        "campaign",
        sa.Column(
            "promotions", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'"), nullable=False
        ),
    )
    op.execute(
        "update campaign c set version = r.number, promotions = r.content -> 'promotions' from campaign_revision r "
        "where (r.tenant_id, r.campaign_id) = (c.tenant_id, c.id) and r.number = (select max(m.number) "
        "from campaign_revision m where (m.tenant_id, m.campaign_id) = (c.tenant_id, c.id))"
    )
    op.execute(
        "update campaign c set state = 'live' from campaign_turn t "
        "where (t.tenant_id, t.campaign_id) = (c.tenant_id, c.id) and t.turned = 'started' and t.number = "
        "(select max(m.number) from campaign_turn m where (m.tenant_id, m.campaign_id) = (c.tenant_id, c.id))"
    )
    for column in ("state", "version", "promotions"):
        op.alter_column("campaign", column, server_default=None)
