"""A version of what decides about receipts, and a member's pending receipts counted quickly.

Revision ID: rules
Revises: staff
"""

import sqlalchemy as sa
from alembic import op

revision = "rules"
down_revision = "staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("tenant", sa.Column("rules_version", sa.BigInteger(), server_default=sa.text("1"), nullable=False))
    op.create_index(
        "ix_receipt_pending",
        "receipt",
        ["tenant_id", "member_id"],
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    op.drop_index("ix_receipt_pending", table_name="receipt", postgresql_where=sa.text("state = 'pending'"))
    op.drop_column("tenant", "rules_version")
