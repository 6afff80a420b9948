"""Card issuers, batches, cards and their media, orders and print runs, and who was identified.

Revision ID: cards
Revises: lots
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "cards"
down_revision = "lots"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "card_issuer",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("first_number", sa.BigInteger(), nullable=False),
        sa.Column("last_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_card_issuer")),
        postgresql.ExcludeConstraint(
            (sa.text("int8range(first_number, last_number, '[]')"), "&&"), name="ex_card_issuer_numbers", using="gist"
        ),
    )
    op.create_index(op.f("ix_card_issuer_tenant_id"), "card_issuer", ["tenant_id"])
    op.create_table(
        "card_batch",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=True),
        sa.Column("programme_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "(points is null) = (programme_id is null) and (points is null or points > 0)",
            name=op.f("ck_card_batch_prize"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "programme_id"],
            ["programme.tenant_id", "programme.id"],
            name=op.f("fk_card_batch_tenant_id_programme_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_card_batch")),
    )
    op.create_table(
        "card",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("blocked_for", sa.String(), nullable=True),
        sa.Column("blocked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("replaces", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "state = 'blocked' or (state = 'unassigned') = (member_id is null)", name=op.f("ck_card_owner")
        ),
        sa.CheckConstraint("(state = 'blocked') = (blocked_for is not null)", name=op.f("ck_card_reason")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "batch_id"],
            ["card_batch.tenant_id", "card_batch.id"],
            name=op.f("fk_card_tenant_id_batch_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name=op.f("fk_card_tenant_id_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "replaces"], ["card.tenant_id", "card.id"], name=op.f("fk_card_tenant_id_replaces")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_card")),
        sa.UniqueConstraint("tenant_id", "number", name=op.f("uq_card_tenant_id_number")),
    )
    op.create_index(
        "uq_card_replaces",
        "card",
        ["tenant_id", "replaces"],
        unique=True,
        postgresql_where=sa.text("replaces is not null"),
    )
    op.create_index(
        "ix_card_member_id", "card", ["tenant_id", "member_id"], postgresql_where=sa.text("member_id is not null")
    )
    op.create_index(
        "ix_card_batch_id", "card", ["tenant_id", "batch_id"], postgresql_where=sa.text("batch_id is not null")
    )
    _media_and_print()
    op.create_table(
        "card_identification",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("tail", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=True),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "card_id"],
            ["card.tenant_id", "card.id"],
            name=op.f("fk_card_identification_tenant_id_card_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_card_identification_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_card_identification")),
    )


def _media_and_print() -> None:
    op.create_table(
        "card_medium",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "card_id"], ["card.tenant_id", "card.id"], name=op.f("fk_card_medium_tenant_id_card_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "value", name=op.f("pk_card_medium")),
    )
    op.create_index("ix_card_medium_card_id", "card_medium", ["tenant_id", "card_id"])
    op.create_table(
        "card_run",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("cards", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_card_run")),
    )
    op.create_table(
        "card_order",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("card_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("post_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "card_id"], ["card.tenant_id", "card.id"], name=op.f("fk_card_order_tenant_id_card_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "run_id"], ["card_run.tenant_id", "card_run.id"], name=op.f("fk_card_order_tenant_id_run_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "card_id", name=op.f("pk_card_order")),
    )
    op.create_index("ix_card_order_run_id", "card_order", ["tenant_id", "run_id"])


def downgrade() -> None:
    op.drop_table("card_identification")
    op.drop_table("card_order")
    op.drop_table("card_run")
    op.drop_table("card_medium")
    op.drop_table("card")
    op.drop_table("card_batch")
    op.drop_table("card_issuer")
