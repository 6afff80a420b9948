"""Replays count every kind of award, and fail when they break again and again.

Revision ID: awards_replayed
Revises: schemes
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "awards_replayed"
down_revision = "schemes"
branch_labels = None
depends_on = None

_ADDED = (
    ("value", sa.BigInteger()),
    ("things", sa.BigInteger()),
    ("gains", sa.Boolean()),
    ("loses", sa.Boolean()),
    ("awards", postgresql.JSONB(astext_type=sa.Text())),
    ("stamps", postgresql.JSONB(astext_type=sa.Text())),
)


def upgrade() -> None:
    op.add_column("replay", sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("replay", sa.Column("failure", sa.String(), nullable=True))
    _begin_anew()
    for name, kind in _ADDED:
        op.add_column("replay_member", sa.Column(name, kind, nullable=False))


def downgrade() -> None:
    _begin_anew()
    for name, _ in _ADDED:
        op.drop_column("replay_member", name)
    op.execute("update replay set state = 'cancelled' where state = 'failed'")
    for name in ("failure", "tries"):
        op.drop_column("replay", name)


def _begin_anew() -> None:
    """What a replay has added up so far tells another story than the rest would: it begins at its first receipt."""
    op.execute("delete from replay_sum")
    op.execute("delete from replay_member")
    op.execute(
        """
        update replay set state = 'waiting', after_at = null, after_id = null, receipts_done = 0, limits = '{}',
            receipts_total = null
        where state = 'running'
        """
    )
