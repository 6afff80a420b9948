"""Members' events.

Revision ID: events
Revises: login
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "events"
down_revision = "login"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_event_head",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_member_event_head_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", name=op.f("pk_member_event_head")),
    )
    op.create_table(
        "member_event",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member_event_head.tenant_id", "member_event_head.member_id"],
            name=op.f("fk_member_event_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "member_id", "seq", name=op.f("pk_member_event")),
    )
    op.create_index("ix_member_event_created_at", "member_event", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index("ix_member_event_created_at", table_name="member_event")
    op.drop_table("member_event")
    op.drop_table("member_event_head")
