"""Passes for the wallets of phones, and the devices that hear of their changes.

Revision ID: passes
Revises: cards
"""

import sqlalchemy as sa
from alembic import op

revision = "passes"
down_revision = "cards"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "wallet_pass",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("shown", sa.LargeBinary(), nullable=False),
        sa.Column("in_google", sa.Boolean(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_wallet_pass_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_wallet_pass")),
    )
    op.create_index("ix_wallet_pass_member_id", "wallet_pass", ["tenant_id", "member_id"])
    op.create_index(
        "ix_wallet_pass_change_id",
        "wallet_pass",
        ["tenant_id", "change_id"],
        postgresql_where=sa.text("change_id is not null"),
    )
    op.create_table(
        "apple_registration",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.LargeBinary(), nullable=False),
        sa.Column("pass_id", sa.Uuid(), nullable=False),
        sa.Column("push_token_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "pass_id"],
            ["wallet_pass.tenant_id", "wallet_pass.id"],
            name=op.f("fk_apple_registration_tenant_id_pass_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "device", "pass_id", name=op.f("pk_apple_registration")),
    )
    op.create_index("ix_apple_registration_pass_id", "apple_registration", ["tenant_id", "pass_id", "created_at"])


def downgrade() -> None:
    op.drop_table("apple_registration")
    op.drop_table("wallet_pass")
