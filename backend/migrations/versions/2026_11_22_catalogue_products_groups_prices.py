"""Products with several names, prices and groups in a tree; the catalogue's version; imports of files.

The names of products that stood before were kept folded only, and stay as names that tills print.

Revision ID: catalogue
Revises: rules
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "catalogue"
down_revision = "rules"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("product", sa.Column("catalogue_number", sa.String(), nullable=True))
    op.add_column("product", sa.Column("unit", sa.String(), nullable=True))
    op.add_column("product", sa.Column("pack_milli", sa.BigInteger(), nullable=True))
    op.add_column("product", sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True))
    op.create_check_constraint(op.f("ck_product_pack"), "product", "pack_milli > 0")
    op.create_check_constraint(op.f("ck_product_sku"), "product", "sku <> ''")
    op.drop_constraint("uq_product_tenant_id_sku", "product", type_="unique")
    op.create_index(
        "uq_product_sku", "product", ["tenant_id", "sku"], unique=True, postgresql_where=sa.text("sku <> ''")
    )
    op.create_index("ix_product_gtin_product", "product_gtin", ["tenant_id", "product_id"])
    _rename_names()
    _create_prices()
    _create_groups()
    op.create_table(
        "catalogue_version",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", name=op.f("pk_catalogue_version")),
    )
    op.execute("insert into catalogue_version (tenant_id, version) select distinct tenant_id, 1 from product")
    _create_imports()


def _rename_names() -> None:
    op.add_column("product_name", sa.Column("kind", sa.String(), nullable=True))
    op.add_column("product_name", sa.Column("position", sa.Integer(), nullable=True))
    op.add_column("product_name", sa.Column("text", sa.String(), nullable=True))
    op.execute("""
        update product_name set kind = 'till', text = product_name.folded, position = numbered.place
        from (
            select tenant_id, folded, row_number() over (partition by tenant_id, product_id order by folded) - 1 as place
            from product_name
        ) as numbered
        where numbered.tenant_id = product_name.tenant_id and numbered.folded = product_name.folded
    """)
    for column in ("kind", "position", "text"):
        op.alter_column("product_name", column, nullable=False)
    op.drop_constraint("pk_product_name", "product_name", type_="primary")
    op.create_primary_key("pk_product_name", "product_name", ["tenant_id", "product_id", "kind", "position"])
    op.create_index("ix_product_name_folded", "product_name", ["tenant_id", "folded"])


def _create_prices() -> None:
    op.create_table(
        "product_price",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("product_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=True),
        sa.Column("to_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_product_price_amount")),
        sa.CheckConstraint("from_on <= to_on", name=op.f("ck_product_price_days")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "product_id"],
            ["product.tenant_id", "product.id"],
            name=op.f("fk_product_price_tenant_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "product_id", "kind", "position", name=op.f("pk_product_price")),
    )


def _create_groups() -> None:
    op.create_table(
        "product_group",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("parent", sa.String(), nullable=True),
        sa.CheckConstraint("parent <> code", name=op.f("ck_product_group_parent")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "parent"],
            ["product_group.tenant_id", "product_group.code"],
            name=op.f("fk_product_group_tenant_id_parent"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "code", name=op.f("pk_product_group")),
    )
    op.execute("""
        insert into product_group (tenant_id, code, name)
        select distinct tenant_id, code, code from product, jsonb_array_elements_text(groups) as code
    """)


def _create_imports() -> None:
    op.create_table(
        "catalogue_import",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("groups_added", sa.Integer(), nullable=False),
        sa.Column("refusals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("ignored_columns", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("refusal", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_catalogue_import")),
    )


def downgrade() -> None:
    op.drop_table("catalogue_import")
    op.drop_table("catalogue_version")
    op.drop_table("product_group")
    op.drop_table("product_price")
    op.drop_index("ix_product_name_folded", table_name="product_name")
    op.drop_constraint("pk_product_name", "product_name", type_="primary")
    op.execute("""
        delete from product_name as repeated using product_name as kept
        where repeated.tenant_id = kept.tenant_id and repeated.folded = kept.folded
          and (repeated.product_id, repeated.kind, repeated.position) > (kept.product_id, kept.kind, kept.position)
    """)
    op.create_primary_key("pk_product_name", "product_name", ["tenant_id", "folded"])
    for column in ("text", "position", "kind"):
        op.drop_column("product_name", column)
    op.drop_index("ix_product_gtin_product", table_name="product_gtin")
    op.drop_index("uq_product_sku", table_name="product", postgresql_where=sa.text("sku <> ''"))
    op.create_unique_constraint("uq_product_tenant_id_sku", "product", ["tenant_id", "sku"])
    op.drop_constraint(op.f("ck_product_sku"), "product", type_="check")
    op.drop_constraint(op.f("ck_product_pack"), "product", type_="check")
    for column in ("withdrawn_at", "pack_milli", "unit", "catalogue_number"):
        op.drop_column("product", column)
