"""Past receipts that are looked at again, and the rounds in which they were given more.

Revision ID: rerate
Revises: simulate
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "rerate"
down_revision = "simulate"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rerating",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seller_tax_id", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("after_id", sa.Uuid(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("given_more", sa.BigInteger(), nullable=False),
        sa.Column("broken", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_rerating")),
    )
    op.create_index(
        "ix_rerating_at_work",
        "rerating",
        ["tenant_id", "seller_tax_id", "folded"],
        postgresql_where=sa.text("state in ('waiting', 'running')"),
    )
    op.create_table(
        "resettlement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("products", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["receipt.tenant_id", "receipt.id"],
            name=op.f("fk_resettlement_tenant_id_receipt_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", "round", name=op.f("pk_resettlement")),
    )
    op.add_column("award", sa.Column("round", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.create_index("ix_award_receipt", "award", ["tenant_id", "receipt_id"])
    _take_over_waiting_links()


def _take_over_waiting_links() -> None:
    """Links that nobody has acted upon yet: their jobs named the link, and find what they are about under that id."""
    op.execute(
        "insert into rerating (created_at, tenant_id, id, seller_tax_id, folded, cause, state, looked_at, given_more, "
        "broken) select a.linked_at, a.tenant_id, a.id, a.seller_tax_id, a.folded, 'linked', 'waiting', 0, 0, 0 "
        "from product_alias a join job j on (j.tenant_id, j.subject) = (a.tenant_id, a.id) "
        "where j.kind = 'matching.rerate'"
    )


def downgrade() -> None:
    op.drop_index("ix_award_receipt", table_name="award")
    op.drop_column("award", "round")
    op.drop_table("resettlement")
    op.drop_table("rerating")
