-- The application reads its tenant's ledger and writes none of it: the functions, which belong to paragon_definer, do.
call paragon_wall('ledger_account', 'select');
call paragon_wall('ledger_transfer', 'select');
call paragon_wall('ledger_entry', 'select');
call paragon_wall('ledger_lot', 'select');
call paragon_wall('ledger_lot_use', 'select');
call paragon_wall('ledger_hold', 'select');
call paragon_wall('ledger_hold_lot', 'select');
call paragon_wall('ledger_seal', 'select');
call paragon_wall('ledger_sealed', 'select');

-- An account's balance, what a lot has left and the state of a hold move; everything else is only ever added.
call paragon_wall_definer('ledger_account', 'select, insert, update');
call paragon_wall_definer('ledger_transfer', 'select, insert');
call paragon_wall_definer('ledger_entry', 'select, insert');
call paragon_wall_definer('ledger_lot', 'select, insert, update');
call paragon_wall_definer('ledger_lot_use', 'select, insert');
call paragon_wall_definer('ledger_hold', 'select, insert, update');
call paragon_wall_definer('ledger_hold_lot', 'select, insert');
call paragon_wall_definer('ledger_seal', 'select, insert');
call paragon_wall_definer('ledger_sealed', 'select, insert');

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
create or replace trigger ledger_lot_use_stays before update or delete or truncate on ledger_lot_use
    for each statement execute function ledger_refuse_change();
create or replace trigger ledger_hold_lot_stays before update or delete or truncate on ledger_hold_lot
    for each statement execute function ledger_refuse_change();
create or replace trigger ledger_seal_stays before update or delete or truncate on ledger_seal
    for each statement execute function ledger_refuse_change();
create or replace trigger ledger_sealed_stays before update or delete or truncate on ledger_sealed
    for each statement execute function ledger_refuse_change();
