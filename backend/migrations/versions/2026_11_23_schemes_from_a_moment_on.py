"""Schemes of programmes with the moments from which they hold.

Revision ID: schemes
Revises: rerate
"""

import sqlalchemy as sa
from alembic import op

revision = "schemes"
down_revision = "rerate"
branch_labels = None
depends_on = None

_BEGINNING = "1970-01-01T00:00:00+00:00"


def upgrade() -> None:
    op.create_table(
        "programme_scheme",
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("programme_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.String(), nullable=True),
        sa.Column("since_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id", "programme_id"],
            ["programme.tenant_id", "programme.id"],
            name=op.f("fk_programme_scheme_tenant_id_programme_id"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "programme_id", "number", name=op.f("pk_programme_scheme")),
    )
    # What a programme's scheme is has been that of all its purchases until now.
    op.execute(
        "insert into programme_scheme (created_at, tenant_id, programme_id, number, scheme, since_at) "
        f"select now(), tenant_id, id, 1, scheme, '{_BEGINNING}' from programme where scheme is not null"
    )
    op.drop_column("programme", "scheme")


def downgrade() -> None:
    op.add_column("programme", sa.Column("scheme", sa.String(), nullable=True))
    op.execute(
        "update programme p set scheme = (select s.scheme from programme_scheme s "
        "where (s.tenant_id, s.programme_id) = (p.tenant_id, p.id) and s.since_at <= now() "
        "order by s.number desc limit 1)"
    )
    op.drop_table("programme_scheme")
