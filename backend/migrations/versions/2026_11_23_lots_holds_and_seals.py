"""Lots, holds and seals of the ledger; what stands in wallets becomes lots by going through their entries once more.

Revision ID: lots
Revises: awards_replayed
"""

import sqlalchemy as sa
from alembic import op

revision = "lots"
down_revision = "awards_replayed"
branch_labels = None
depends_on = None

# Their arguments are others now, and the same name with other arguments would stand beside them.
_DROP_FUNCTIONS = """
    do $$
    declare
        step regprocedure;
    begin
        for step in
            select p.oid::regprocedure from pg_proc p
            where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\\_%'
                and p.prorettype <> 'trigger'::regtype
        loop
            execute format('drop function %s', step);
        end loop;
    end
    $$
"""

# As the ledger would have done it, had it known lots: what is taken back comes from its own lot first, everything else
# from the oldest. None of these lots is pending or expires: that was not promised to those who earned them.
_INTO_LOTS = """
    do $$
    declare
        entry record;
        lot record;
        missing bigint;
        taken bigint;
    begin
        for entry in
            select e.tenant_id, e.account_id, e.transfer_id, e.seq, e.amount, own.seq as own
            from ledger_entry e
            join ledger_account a on a.tenant_id = e.tenant_id and a.id = e.account_id and a.kind = 'points'
            join ledger_transfer t on t.tenant_id = e.tenant_id and t.id = e.transfer_id
            left join ledger_entry own
                on own.tenant_id = e.tenant_id and own.transfer_id = t.reverses and own.account_id = e.account_id
            order by e.tenant_id, e.account_id, e.seq
        loop
            if entry.amount > 0 then
                insert into ledger_lot (tenant_id, account_id, seq, part, transfer_id, amount, remaining, held)
                values (entry.tenant_id, entry.account_id, entry.seq, 1, entry.transfer_id, entry.amount, entry.amount, 0);
                continue;
            end if;
            missing := -entry.amount;
            for lot in
                select l.seq, l.remaining from ledger_lot l
                where l.tenant_id = entry.tenant_id and l.account_id = entry.account_id and l.remaining > 0
                order by l.seq is distinct from entry.own, l.seq
            loop
                taken := least(missing, lot.remaining);
                update ledger_lot set remaining = remaining - taken
                where tenant_id = entry.tenant_id and account_id = entry.account_id and seq = lot.seq;
                insert into ledger_lot_use (tenant_id, account_id, transfer_id, seq, part, amount)
                values (entry.tenant_id, entry.account_id, entry.transfer_id, lot.seq, 1, -taken);
                missing := missing - taken;
                exit when missing = 0;
            end loop;
        end loop;
    end
    $$
"""


def _key(*columns: str) -> list[sa.Column]:
    return [sa.Column(column, sa.Uuid(), nullable=False) for column in ("tenant_id", *columns)]


def _lot_number() -> list[sa.Column]:
    return [sa.Column("seq", sa.BigInteger(), nullable=False), sa.Column("part", sa.Integer(), nullable=False)]


def _time(name: str, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["tenant_id", column],
        [f"{target}.tenant_id", f"{target}.id"],
        name=op.f(f"fk_{table}_tenant_id_{column}"),
    )


def _to_lot(table: str) -> sa.ForeignKeyConstraint:
    columns = ["tenant_id", "account_id", "seq", "part"]
    return sa.ForeignKeyConstraint(
        columns, [f"ledger_lot.{column}" for column in columns], name=op.f(f"fk_{table}_{'_'.join(columns)}")
    )


def upgrade() -> None:
    op.execute(_DROP_FUNCTIONS)
    op.add_column("programme", sa.Column("points_valid_days", sa.Integer(), nullable=True))
    op.add_column("programme", sa.Column("points_pending_days", sa.Integer(), server_default="0", nullable=False))
    op.add_column("programme", sa.Column("points_warning_days", sa.Integer(), server_default="14", nullable=False))
    op.create_check_constraint(
        op.f("ck_programme_points_days"),
        "programme",
        "points_pending_days >= 0 and points_warning_days >= 0 and points_valid_days > points_pending_days",
    )
    op.add_column("ledger_account", _time("warned_until", nullable=True))
    op.add_column("ledger_transfer", sa.Column("reason", sa.String(), nullable=True))
    _create_lots()
    _create_holds()
    _create_seals()
    op.execute("set local statement_timeout = 0")
    op.execute(_INTO_LOTS)


def _create_lots() -> None:
    op.create_table(
        "ledger_lot",
        *_key("account_id"),
        *_lot_number(),
        sa.Column("transfer_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("remaining", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        _time("available_from", nullable=True),
        _time("expires_at", nullable=True),
        sa.CheckConstraint("amount > 0 and remaining between 0 and amount", name=op.f("ck_ledger_lot_remaining")),
        sa.CheckConstraint("held between 0 and remaining", name=op.f("ck_ledger_lot_held")),
        sa.CheckConstraint("available_from < expires_at", name=op.f("ck_ledger_lot_span")),
        _to("ledger_lot", "account_id", "ledger_account"),
        _to("ledger_lot", "transfer_id", "ledger_transfer"),
        sa.PrimaryKeyConstraint("tenant_id", "account_id", "seq", "part", name=op.f("pk_ledger_lot")),
    )
    op.create_index(
        "ix_ledger_lot_next",
        "ledger_lot",
        ["tenant_id", "account_id", "expires_at", "seq", "part"],
        postgresql_where=sa.text("remaining > held"),
    )
    op.create_index(
        "ix_ledger_lot_pending",
        "ledger_lot",
        ["tenant_id", "account_id", "available_from"],
        postgresql_where=sa.text("remaining > held and available_from is not null"),
    )
    op.create_index(
        "ix_ledger_lot_due",
        "ledger_lot",
        ["tenant_id", "expires_at", "account_id"],
        postgresql_where=sa.text("remaining > held and expires_at is not null"),
    )
    op.create_table(
        "ledger_lot_use",
        *_key("account_id", "transfer_id"),
        *_lot_number(),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_ledger_lot_use_amount")),
        _to("ledger_lot_use", "transfer_id", "ledger_transfer"),
        _to_lot("ledger_lot_use"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "account_id", "transfer_id", "seq", "part", name=op.f("pk_ledger_lot_use")
        ),
    )


def _create_holds() -> None:
    op.create_table(
        "ledger_hold",
        *_key("id", "account_id"),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _time("expires_at"),
        _time("placed_at"),
        _time("resolved_at", nullable=True),
        sa.Column("transfer_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("points > 0", name=op.f("ck_ledger_hold_points")),
        sa.CheckConstraint(
            "state in ('open', 'captured', 'released', 'expired')", name=op.f("ck_ledger_hold_state")
        ),
        sa.CheckConstraint("(state = 'open') = (resolved_at is null)", name=op.f("ck_ledger_hold_resolved")),
        sa.CheckConstraint(
            "(state = 'captured') = (transfer_id is not null)", name=op.f("ck_ledger_hold_captured")
        ),
        _to("ledger_hold", "account_id", "ledger_account"),
        _to("ledger_hold", "transfer_id", "ledger_transfer"),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_hold")),
        sa.UniqueConstraint("tenant_id", "reference", name=op.f("uq_ledger_hold_tenant_id_reference")),
    )
    is_open = sa.text("state = 'open'")
    op.create_index(
        "ix_ledger_hold_open", "ledger_hold", ["tenant_id", "account_id", "expires_at"], postgresql_where=is_open
    )
    op.create_index("ix_ledger_hold_lapsed", "ledger_hold", ["tenant_id", "expires_at"], postgresql_where=is_open)
    op.create_table(
        "ledger_hold_lot",
        *_key("hold_id", "account_id"),
        *_lot_number(),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("points > 0", name=op.f("ck_ledger_hold_lot_points")),
        _to("ledger_hold_lot", "hold_id", "ledger_hold"),
        _to_lot("ledger_hold_lot"),
        sa.PrimaryKeyConstraint(
            "tenant_id", "hold_id", "account_id", "seq", "part", name=op.f("pk_ledger_hold_lot")
        ),
    )


def _create_seals() -> None:
    op.create_table(
        "ledger_seal",
        *_key(),
        sa.Column("number", sa.BigInteger(), nullable=False),
        _time("sealed_at"),
        sa.Column("transfers", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "number", name=op.f("pk_ledger_seal")),
    )
    op.create_table(
        "ledger_sealed",
        *_key("transfer_id"),
        sa.Column("seal", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        _to("ledger_sealed", "transfer_id", "ledger_transfer"),
        sa.ForeignKeyConstraint(
            ["tenant_id", "seal"],
            ["ledger_seal.tenant_id", "ledger_seal.number"],
            name=op.f("fk_ledger_sealed_tenant_id_seal"),
        ),
        sa.PrimaryKeyConstraint("tenant_id", "transfer_id", name=op.f("pk_ledger_sealed")),
    )
    op.create_index("ix_ledger_sealed_seal", "ledger_sealed", ["tenant_id", "seal", "transfer_id"])


def downgrade() -> None:
    for table in ("ledger_sealed", "ledger_seal", "ledger_hold_lot", "ledger_hold", "ledger_lot_use", "ledger_lot"):
        op.drop_table(table)
    op.execute("update ledger_account set held = 0 where held > 0")
    op.drop_column("ledger_transfer", "reason")
    op.drop_column("ledger_account", "warned_until")
    op.drop_constraint(op.f("ck_programme_points_days"), "programme", type_="check")
    for column in ("points_warning_days", "points_pending_days", "points_valid_days"):
        op.drop_column("programme", column)
