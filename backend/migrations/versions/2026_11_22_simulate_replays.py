"""Replays of campaigns over stored receipts.

Revision ID: simulate
Revises: awards
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "simulate"
down_revision = "awards"
branch_labels = None
depends_on = None


def _within(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column], [f"{target}.tenant_id", f"{target}.id"], name=op.f(f"fk_{table}_tenant_id_{column}")
    )


def _uuid(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Uuid(), nullable=nullable)


def _big(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.BigInteger(), nullable=nullable)


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _document(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(astext_type=sa.Text()), nullable=nullable)


def upgrade() -> None:
    op.create_table(
        "replay",
        _time("created_at", nullable=False),
        _uuid("tenant_id"),
        _uuid("id"),
        _uuid("campaign_id"),
        sa.Column("revision", sa.Integer(), nullable=False),
        _uuid("partner_id", nullable=True),
        _uuid("account_id", nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("to_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _time("after_at"),
        _uuid("after_id", nullable=True),
        _big("receipts_total", nullable=True),
        _big("receipts_done"),
        _big("busy_ms"),
        _document("limits"),
        _document("result", nullable=True),
        _time("ended_at"),
        _within("replay", "campaign_id", "campaign"),
        _within("replay", "partner_id", "partner"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_replay")),
    )
    op.create_index(
        "ix_replay_open", "replay", ["tenant_id"], postgresql_where=sa.text("state in ('waiting', 'running')")
    )
    names = ("of", "name", "measure", "currency")
    op.create_table(
        "replay_sum",
        _uuid("tenant_id"),
        _uuid("replay_id"),
        *(sa.Column(name, sa.String(), nullable=False) for name in names),
        _big("amount"),
        _within("replay_sum", "replay_id", "replay"),
        sa.PrimaryKeyConstraint("tenant_id", "replay_id", *names, name=op.f("pk_replay_sum")),
    )
    op.create_table(
        "replay_member",
        _uuid("tenant_id"),
        _uuid("replay_id"),
        _uuid("member_id"),
        sa.Column("receipts", sa.Integer(), nullable=False),
        sa.Column("touched", sa.Integer(), nullable=False),
        _big("given"),
        _big("would_give"),
        _document("uses"),
        sa.CheckConstraint("receipts > 0", name=op.f("ck_replay_member_receipts")),
        _within("replay_member", "replay_id", "replay"),
        _within("replay_member", "member_id", "member"),
        sa.PrimaryKeyConstraint("tenant_id", "replay_id", "member_id", name=op.f("pk_replay_member")),
    )
    # What a replay reads, in its order.
    op.create_index(
        "ix_receipt_issued",
        "receipt",
        ["tenant_id", "issued_at", "id"],
        postgresql_where=sa.text("state = 'settled' and kind = 'sale'"),
    )


def downgrade() -> None:
    op.drop_index("ix_receipt_issued", table_name="receipt")
    for table in ("replay_member", "replay_sum", "replay"):
        op.drop_table(table)
