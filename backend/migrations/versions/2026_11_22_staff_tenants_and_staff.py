"""Tenants from a file, staff, and the audit trail.

Revision ID: staff
Revises: events
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "staff"
down_revision = "events"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "seq", name=op.f("pk_audit")),
    )
    op.create_table(
        "host_name",
        sa.Column("host", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_host_name")),
    )
    op.create_index(op.f("ix_host_name_tenant_id"), "host_name", ["tenant_id"], unique=False)
    op.create_table(
        "staff_account",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), nullable=False),
        sa.Column("invitation_hash", sa.LargeBinary(), nullable=True),
        sa.Column("invited_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["partner.tenant_id", "partner.id"],
            name=op.f("fk_staff_account_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_staff_account")),
        sa.UniqueConstraint("tenant_id", "email", name=op.f("uq_staff_account_tenant_id_email")),
    )
    op.create_table(
        "staff_recovery_code",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["staff_account.tenant_id", "staff_account.id"],
            name=op.f("fk_staff_recovery_code_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "code_hash", name=op.f("pk_staff_recovery_code")),
    )
    op.create_table(
        "staff_session",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "account_id"],
            ["staff_account.tenant_id", "staff_account.id"],
            name=op.f("fk_staff_session_tenant_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "token_hash", name=op.f("pk_staff_session")),
    )
    op.create_index("ix_staff_session_account", "staff_session", ["tenant_id", "account_id"], unique=False)
    op.add_column("outlet", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "tenant",
        sa.Column("branding", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )
    op.add_column(
        "tenant",
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
    )


def downgrade() -> None:
    for policy in ("tenant_read", "tenant_enter", "tenant_change"):
        op.execute(f"drop policy if exists {policy} on tenant")
    op.execute("alter table tenant disable row level security")
    op.drop_column("tenant", "settings")
    op.drop_column("tenant", "branding")
    op.drop_column("outlet", "closed_at")
    op.drop_index("ix_staff_session_account", table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_table("staff_recovery_code")
    op.drop_table("staff_account")
    op.drop_index(op.f("ix_host_name_tenant_id"), table_name="host_name")
    op.drop_table("host_name")
    op.drop_table("audit")
