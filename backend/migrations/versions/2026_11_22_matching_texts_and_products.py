"""Links of printed texts to products, and the texts that wait for one.

Revision ID: matching
Revises: catalogue
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "matching"
down_revision = "catalogue"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "product_alias",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seller_tax_id", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by", sa.Uuid(), nullable=True),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_alias_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_product_alias")),
        sa.UniqueConstraint(
            "tenant_id", "seller_tax_id", "folded", name=op.f("uq_product_alias_tenant_id_seller_tax_id_folded")
        ),
    )
    op.create_table(
        "unmatched_text",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seller_tax_id", sa.String(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("sample", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("band", sa.String(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("candidates", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("receipts", sa.BigInteger(), nullable=False),
        sa.Column("lines", sa.BigInteger(), nullable=False),
        sa.Column("first_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_unmatched_text")),
        sa.UniqueConstraint(
            "tenant_id", "seller_tax_id", "folded", name=op.f("uq_unmatched_text_tenant_id_seller_tax_id_folded")
        ),
    )
    op.create_index(
        "ix_unmatched_text_queue",
        "unmatched_text",
        ["tenant_id", "state", sa.text("receipts desc"), sa.text("id desc")],
    )
    op.add_column("receipt_line", sa.Column("folded", sa.String(), nullable=True))
    op.create_index("ix_receipt_line_folded", "receipt_line", ["tenant_id", "folded", "receipt_id"])


def downgrade() -> None:
    op.drop_index("ix_receipt_line_folded", table_name="receipt_line")
    op.drop_column("receipt_line", "folded")
    op.drop_index("ix_unmatched_text_queue", table_name="unmatched_text")
    op.drop_table("unmatched_text")
    op.drop_table("product_alias")
