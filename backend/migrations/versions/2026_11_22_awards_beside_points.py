"""What receipts give beside points, what members present with them, and offers that are held while they are shown.

Revision ID: awards
Revises: campaigns
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "awards"
down_revision = "campaigns"
branch_labels = None
depends_on = None

_JSON = postgresql.JSONB(astext_type=sa.Text())


def _created() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=op.f(f"fk_{table}_tenant_id_{column}")
    )


def _uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.String(), nullable=nullable)


def _big(name: str, *, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=False, server_default=default and sa.text(default))


def _from_award() -> list[sa.Column]:
    return [
        _created(),
        _uuid("tenant_id"),
        _uuid("award_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _uuid("receipt_id"),
        _uuid("member_id"),
    ]


def _of_receipt(table: str) -> list[sa.Constraint]:
    return [_within(table, "receipt_id", "receipt"), _within(table, "member_id", "member")]


def _once(table: str) -> sa.UniqueConstraint:
    name = op.f(f"uq_{table}_tenant_id_award_id_position")
    return sa.UniqueConstraint("tenant_id", "award_id", "position", name=name)


_DROP_SUBMIT = """
    do $$
    declare step regprocedure;
    begin
        for step in select p.oid::regprocedure from pg_proc p
            where p.pronamespace = 'public'::regnamespace and p.proname = 'receipt_submit'
        loop
            execute format('drop function %s', step);
        end loop;
    end
    $$
"""
"""Its parameters change; what is installed afterwards is the code's own."""


def upgrade() -> None:
    op.execute(_DROP_SUBMIT)
    op.add_column("receipt", sa.Column("presented", _JSON, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("award", sa.Column("given", _JSON, server_default=sa.text("'[]'"), nullable=False))
    op.add_column("award", sa.Column("stamps", _JSON, server_default=sa.text("'{}'"), nullable=False))
    _money()
    _things()
    _counts()
    _offers()


def _money() -> None:
    op.create_table(
        "voucher",
        *_from_award(),
        _uuid("id"),
        _uuid("programme_id"),
        _text("kind"),
        _big("amount_minor"),
        _big("taken_minor", default="0"),
        _text("currency"),
        sa.Column("valid_from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_to_on", sa.Date(), nullable=True),
        sa.Column("redeem_at", _JSON, nullable=False),
        _text("state"),
        sa.CheckConstraint("taken_minor between 0 and amount_minor", name=op.f("ck_voucher_taken")),
        *_of_receipt("voucher"),
        _within("voucher", "programme_id", "programme"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_voucher")),
        _once("voucher"),
    )
    op.create_index("ix_voucher_member", "voucher", ["tenant_id", "member_id", "id"])
    op.create_index("ix_voucher_receipt", "voucher", ["tenant_id", "receipt_id"])


def _things() -> None:
    op.create_table(
        "coupon",
        *_from_award(),
        _text("code"),
        _text("series"),
        _text("state"),
        _uuid("used_by", nullable=True),
        sa.CheckConstraint("(state in ('held', 'spent')) = (used_by is not null)", name=op.f("ck_coupon_holder")),
        *_of_receipt("coupon"),
        _within("coupon", "used_by", "receipt"),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_coupon")),
    )
    op.create_index("ix_coupon_member", "coupon", ["tenant_id", "member_id"])
    op.create_index("ix_coupon_award", "coupon", ["tenant_id", "award_id"])
    op.create_index(
        "ix_coupon_used_by", "coupon", ["tenant_id", "used_by"], postgresql_where=sa.text("used_by is not null")
    )
    op.create_table(
        "draw_entry",
        *_from_award(),
        _text("draw"),
        _text("source"),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("taken between 0 and entries", name=op.f("ck_draw_entry_taken")),
        *_of_receipt("draw_entry"),
        sa.PrimaryKeyConstraint("tenant_id", "draw", "source", name=op.f("pk_draw_entry")),
        _once("draw_entry"),
    )
    op.create_index("ix_draw_entry_member", "draw_entry", ["tenant_id", "member_id"])
    op.create_table(
        "gift",
        *_from_award(),
        _uuid("id"),
        _text("sku"),
        _big("quantity_milli"),
        _text("state"),
        *_of_receipt("gift"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_gift")),
        _once("gift"),
    )
    op.create_index("ix_gift_member", "gift", ["tenant_id", "member_id", "id"])


def _counts() -> None:
    op.create_table(
        "stamp_count",
        _uuid("tenant_id"),
        _uuid("programme_id"),
        _uuid("member_id"),
        _text("counter"),
        _big("units"),
        sa.CheckConstraint("units >= 0", name=op.f("ck_stamp_count_units")),
        _within("stamp_count", "programme_id", "programme"),
        _within("stamp_count", "member_id", "member"),
        sa.PrimaryKeyConstraint("tenant_id", "programme_id", "member_id", "counter", name=op.f("pk_stamp_count")),
    )
    op.create_table(
        "taken_back",
        _uuid("tenant_id"),
        _uuid("refund_id"),
        _uuid("award_id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _uuid("receipt_id"),
        _text("kind"),
        _text("name", nullable=True),
        _big("units"),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("units > 0", name=op.f("ck_taken_back_units")),
        _within("taken_back", "receipt_id", "receipt"),
        _within("taken_back", "refund_id", "receipt"),
        sa.PrimaryKeyConstraint("tenant_id", "refund_id", "award_id", "position", name=op.f("pk_taken_back")),
    )
    op.create_index("ix_taken_back_receipt", "taken_back", ["tenant_id", "receipt_id"])


def _offers() -> None:
    op.drop_constraint("fk_promotion_use_tenant_id_receipt_id", "promotion_use", type_="foreignkey")
    op.create_table(
        "offer_hold",
        _uuid("tenant_id"),
        _uuid("member_id"),
        _uuid("campaign_id"),
        _text("promotion"),
        _uuid("use_id"),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        _within("offer_hold", "member_id", "member"),
        _within("offer_hold", "campaign_id", "campaign"),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", "campaign_id", "promotion", name=op.f("pk_offer_hold")),
    )
    op.create_index("ix_offer_hold_until_at", "offer_hold", ["tenant_id", "until_at"])


def downgrade() -> None:
    op.execute(_DROP_SUBMIT)
    op.drop_table("offer_hold")
    op.execute("delete from promotion_use u where not exists (select from receipt r where r.id = u.receipt_id)")
    op.create_foreign_key(
        op.f("fk_promotion_use_tenant_id_receipt_id"),
        "promotion_use",
        "receipt",
        ["tenant_id", "receipt_id"],
        ["tenant_id", "id"],
    )
    for table in ("taken_back", "stamp_count", "gift", "draw_entry", "coupon", "voucher"):
        op.drop_table(table)
    op.drop_column("award", "stamps")
    op.drop_column("award", "given")
    op.drop_column("receipt", "presented")
