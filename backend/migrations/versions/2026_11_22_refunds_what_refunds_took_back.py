"""What refunds took back, and dead jobs found quickly.

Revision ID: refunds
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "refunds"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reversal",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("refund_id", sa.Uuid(), nullable=False),
        sa.Column("award_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_reversal_points")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "award_id"],
            ["award.tenant_id", "award.id"],
            name=op.f("fk_reversal_tenant_id_award_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["receipt.tenant_id", "receipt.id"],
            name=op.f("fk_reversal_tenant_id_receipt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "refund_id"],
            ["receipt.tenant_id", "receipt.id"],
            name=op.f("fk_reversal_tenant_id_refund_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "refund_id", "award_id", "line", name=op.f("pk_reversal")),
    )
    op.create_index("ix_reversal_receipt", "reversal", ["tenant_id", "receipt_id"])
    op.create_index(
        "ix_receipt_reference",
        "receipt",
        ["tenant_id", "authority", "reference"],
        postgresql_where=sa.text("reference is not null"),
    )
    op.create_index("ix_job_dead", "job", ["kind", "id"], postgresql_where=sa.text("state = 'dead'"))


def downgrade() -> None:
    op.drop_index("ix_job_dead", table_name="job", postgresql_where=sa.text("state = 'dead'"))
    op.drop_index("ix_receipt_reference", table_name="receipt", postgresql_where=sa.text("reference is not null"))
    op.drop_index("ix_reversal_receipt", table_name="reversal")
    op.drop_table("reversal")
