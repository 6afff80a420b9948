"""Sign in.

Revision ID: login
Revises: refunds
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "login"
down_revision = "refunds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "contact_counter",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("counts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_contact_counter")),
    )
    op.create_index(op.f("ix_contact_counter_expires_at"), "contact_counter", ["expires_at"], unique=False)
    op.create_table(
        "sign_in_challenge",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("to_hash", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sign_in_challenge")),
        sa.UniqueConstraint("tenant_id", "to_hash", name=op.f("uq_sign_in_challenge_tenant_id_to_hash")),
    )
    op.create_index("ix_sign_in_challenge_expires_at", "sign_in_challenge", ["tenant_id", "expires_at"], unique=False)
    op.create_table(
        "device",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name=op.f("fk_device_tenant_id_member_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_device")),
    )
    op.create_index("ix_device_member_id", "device", ["tenant_id", "member_id", "seen_at"], unique=False)
    op.create_table(
        "terms_acceptance",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_terms_acceptance_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_terms_acceptance")),
        sa.UniqueConstraint(
            "tenant_id", "member_id", "version", name=op.f("uq_terms_acceptance_tenant_id_member_id_version")
        ),
    )
    op.create_table(
        "token_family",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("current_hash", sa.LargeBinary(), nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("rotations", sa.Integer(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_token_family_tenant_id_member_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_token_family")),
    )
    op.create_index("ix_token_family_expires_at", "token_family", ["tenant_id", "expires_at"], unique=False)
    op.add_column("member", sa.Column("phone_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("email_hash", sa.LargeBinary(), nullable=True))
    op.add_column("member", sa.Column("email_sealed", sa.LargeBinary(), nullable=True))
    op.alter_column("member", "phone_hash", existing_type=postgresql.BYTEA(), nullable=True)
    op.create_unique_constraint(op.f("uq_member_tenant_id_email_hash"), "member", ["tenant_id", "email_hash"])


def downgrade() -> None:
    # Members who joined by e-mail have no number; their own hash keeps them apart where one is demanded.
    op.execute("update member set phone_hash = email_hash where phone_hash is null")
    op.alter_column("member", "phone_hash", existing_type=postgresql.BYTEA(), nullable=False)
    op.drop_constraint(op.f("uq_member_tenant_id_email_hash"), "member", type_="unique")
    op.drop_column("member", "email_sealed")
    op.drop_column("member", "email_hash")
    op.drop_column("member", "phone_sealed")
    op.drop_index("ix_token_family_expires_at", table_name="token_family")
    op.drop_table("token_family")
    op.drop_table("terms_acceptance")
    op.drop_index("ix_device_member_id", table_name="device")
    op.drop_table("device")
    op.drop_index("ix_sign_in_challenge_expires_at", table_name="sign_in_challenge")
    op.drop_table("sign_in_challenge")
    op.drop_index(op.f("ix_contact_counter_expires_at"), table_name="contact_counter")
    op.drop_table("contact_counter")
