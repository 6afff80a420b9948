"""First tables.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "fiscal_answer",
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("fiscal_id", sa.String(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("answer_sha256", sa.String(), nullable=False),
        sa.Column("with_gtins", sa.Boolean(), nullable=False),
        sa.Column("content", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("authority", "fiscal_id", name=op.f("pk_fiscal_answer")),
    )
    op.create_table(
        "idempotency",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "owner_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_table(
        "job",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.Uuid(), nullable=False),
        sa.Column("unique_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_job_unique_key")),
    )
    op.create_index(
        "ix_job_due", "job", ["priority", "run_at"], unique=False, postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "ix_job_leased_until", "job", ["leased_until"], unique=False, postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "ledger_transfer",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("reverses", sa.Uuid(), nullable=True),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("event_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "reverses"],
            ["ledger_transfer.tenant_id", "ledger_transfer.id"],
            name=op.f("fk_ledger_transfer_tenant_id_reverses"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_transfer")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_ledger_transfer_tenant_id_reference")),
    )
    op.create_index(
        "ix_ledger_transfer_reverses",
        "ledger_transfer",
        ["tenant_id", "reverses"],
        unique=False,
        postgresql_where=sa.text("reverses is not null"),
    )
    op.create_table(
        "member",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_member")),
        sa.UniqueConstraint("tenant_id", "phone_hash", name=op.f("uq_member_tenant_id_phone_hash")),
    )
    op.create_table(
        "partner",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tax_id", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_partner")),
        sa.UniqueConstraint("tenant_id", "tax_id", name=op.f("uq_partner_tenant_id_tax_id")),
    )
    op.create_table(
        "product",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sku", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("brand", sa.String(), nullable=True),
        sa.Column("groups", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_product")),
        sa.UniqueConstraint("tenant_id", "sku", name=op.f("uq_product_tenant_id_sku")),
    )
    op.create_table(
        "programme",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("points_decimals", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_programme")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_programme_tenant_id_code")),
    )
    op.create_table(
        "tenant",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenant")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenant_slug")),
    )
    op.create_table(
        "campaign",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("promotions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "programme_id"],
            ["programme.tenant_id", "programme.id"],
            name=op.f("fk_campaign_tenant_id_programme_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_campaign_tenant_id_code")),
    )
    op.create_table(
        "ledger_account",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=True),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("last_seq", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "(kind = 'issuer') = (member_id is null) and (kind = 'issuer') = (balance is null)",
            name=op.f("ck_ledger_account_owner"),
        ),
        sa.CheckConstraint(
            "held >= 0 and (held = 0 or kind = 'points' and held <= balance)", name=op.f("ck_ledger_account_held")
        ),
        sa.CheckConstraint("kind <> 'debt' or balance <= 0", name=op.f("ck_ledger_account_debt")),
        sa.CheckConstraint("kind <> 'points' or balance >= 0", name=op.f("ck_ledger_account_points")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"],
            ["member.tenant_id", "member.id"],
            name=op.f("fk_ledger_account_tenant_id_member_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "programme_id"],
            ["programme.tenant_id", "programme.id"],
            name=op.f("fk_ledger_account_tenant_id_programme_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint(
            "tenant_id",
            "member_id",
            "programme_id",
            "kind",
            name=op.f("uq_ledger_account_tenant_id_member_id_programme_id_kind"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=True),
        sa.Column("balance_after", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("(seq is null) = (balance_after is null)", name=op.f("ck_ledger_entry_running")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_entry_amount")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "transfer_id"],
            ["ledger_transfer.tenant_id", "ledger_transfer.id"],
            name=op.f("fk_ledger_entry_tenant_id_transfer_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "transfer_id", "account_id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("tenant_id", "account_id", "seq", name=op.f("uq_ledger_entry_tenant_id_account_id_seq")),
    )
    op.create_table(
        "message",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(), nullable=False),
        sa.Column("params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name=op.f("fk_message_tenant_id_member_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_message_tenant_id_reference")),
    )
    op.create_table(
        "outlet",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("premises_id", sa.String(), nullable=False),
        sa.Column("city", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "partner_id"],
            ["partner.tenant_id", "partner.id"],
            name=op.f("fk_outlet_tenant_id_partner_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("tenant_id", "code", name=op.f("uq_outlet_tenant_id_code")),
        sa.UniqueConstraint(
            "tenant_id", "partner_id", "premises_id", name=op.f("uq_outlet_tenant_id_partner_id_premises_id")
        ),
    )
    op.create_table(
        "product_gtin",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("gtin", sa.String(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_gtin_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "gtin", name=op.f("pk_product_gtin")),
    )
    op.create_table(
        "product_name",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("folded", sa.String(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_name_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "folded", name=op.f("pk_product_name")),
    )
    op.create_table(
        "delivery",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("provider_id", sa.String(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"],
            ["message.tenant_id", "message.id"],
            name=op.f("fk_delivery_tenant_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery")),
        sa.UniqueConstraint(
            "tenant_id",
            "message_id",
            "channel",
            "address",
            name=op.f("uq_delivery_tenant_id_message_id_channel_address"),
        ),
    )
    op.create_table(
        "receipt",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("fiscal_id", sa.String(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("payload_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("counter", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("buyer_kind", sa.String(), nullable=True),
        sa.Column("earns", sa.Boolean(), nullable=False),
        sa.Column("with_gtins", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refusal", sa.String(), nullable=True),
        sa.Column("waiting_for", sa.String(), nullable=True),
        sa.Column("sure", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("seller", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("outlet_id", sa.Uuid(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "member_id"], ["member.tenant_id", "member.id"], name=op.f("fk_receipt_tenant_id_member_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "outlet_id"], ["outlet.tenant_id", "outlet.id"], name=op.f("fk_receipt_tenant_id_outlet_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_receipt")),
    )
    op.create_index("ix_receipt_member", "receipt", ["tenant_id", "member_id", "id"], unique=False)
    op.create_index(
        "uq_receipt_confirmed",
        "receipt",
        ["tenant_id", "authority", "fiscal_id"],
        unique=True,
        postgresql_where=sa.text("state in ('confirmed', 'settled')"),
    )
    op.create_index(
        "uq_receipt_same_bytes",
        "receipt",
        ["tenant_id", "authority", "fiscal_id", "payload_sha256"],
        unique=True,
        postgresql_where=sa.text("state <> 'refused'"),
    )
    op.create_table(
        "award",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("promotion", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("why_params", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("shares", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"], ["receipt.tenant_id", "receipt.id"], name=op.f("fk_award_tenant_id_receipt_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_award")),
    )
    op.create_table(
        "receipt_line",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=True),
        sa.Column("quantity_milli", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("tax_labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("gtin", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["receipt.tenant_id", "receipt.id"],
            name=op.f("fk_receipt_line_tenant_id_receipt_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", "no", name=op.f("pk_receipt_line")),
    )
    op.create_table(
        "settlement",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("points_decimals", sa.Integer(), nullable=False),
        sa.Column("products", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("not_applied", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("campaign_versions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "receipt_id"],
            ["receipt.tenant_id", "receipt.id"],
            name=op.f("fk_settlement_tenant_id_receipt_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "receipt_id", name=op.f("pk_settlement")),
    )


def downgrade() -> None:
    op.drop_table("settlement")
    op.drop_table("receipt_line")
    op.drop_table("award")
    op.drop_index("uq_receipt_same_bytes", table_name="receipt", postgresql_where=sa.text("state <> 'refused'"))
    op.drop_index(
        "uq_receipt_confirmed", table_name="receipt", postgresql_where=sa.text("state in ('confirmed', 'settled')")
    )
    op.drop_index("ix_receipt_member", table_name="receipt")
    op.drop_table("receipt")
    op.drop_table("delivery")
    op.drop_table("product_name")
    op.drop_table("product_gtin")
    op.drop_table("outlet")
    op.drop_table("message")
    op.drop_table("ledger_entry")
    op.drop_table("ledger_account")
    op.drop_table("campaign")
    op.drop_table("tenant")
    op.drop_table("programme")
    op.drop_table("product")
    op.drop_table("partner")
    op.drop_table("member")
    op.drop_index(
        "ix_ledger_transfer_reverses", table_name="ledger_transfer", postgresql_where=sa.text("reverses is not null")
    )
    op.drop_table("ledger_transfer")
    op.drop_index("ix_job_leased_until", table_name="job", postgresql_where=sa.text("state = 'running'"))
    op.drop_index("ix_job_due", table_name="job", postgresql_where=sa.text("state = 'waiting'"))
    op.drop_table("job")
    op.drop_table("idempotency")
    op.drop_table("fiscal_answer")
