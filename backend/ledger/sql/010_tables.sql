-- The application reads its tenant's ledger and writes none of it: ledger_post, which belongs to paragon_definer, does.
call paragon_wall('ledger_account', 'select');
call paragon_wall('ledger_transfer', 'select');
call paragon_wall('ledger_entry', 'select');

-- An account's balance moves; transfers and entries are only ever added.
call paragon_wall_definer('ledger_account', 'select, insert, update');
call paragon_wall_definer('ledger_transfer', 'select, insert');
call paragon_wall_definer('ledger_entry', 'select, insert');

-- The privileges above do not bind the tables' owner; this does. A statement that would touch no row is refused too, so
-- that a mistaken one is noticed before it finds something.
create or replace function ledger_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% of % refused: what was posted stays; correct it with a new transfer', tg_op, tg_table_name
        using errcode = 'integrity_constraint_violation';
end
$$;

create or replace trigger ledger_transfer_stays before update or delete or truncate on ledger_transfer
    for each statement execute function ledger_refuse_change();
create or replace trigger ledger_entry_stays before update or delete or truncate on ledger_entry
    for each statement execute function ledger_refuse_change();
