"""Alembic's entry: it runs on the connection that `backend.migrations.runner` hands over, and on nothing else."""

from alembic import context

from backend.migrations.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    # A migration that must wait for a lock holds up everyone behind it: it fails instead, and is run again.
    context.execute("set lock_timeout = '4s'")
    context.run_migrations()
