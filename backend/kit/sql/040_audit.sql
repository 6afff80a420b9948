-- The audit trail is read and added to, and nothing else.
call paragon_wall('audit', 'select, insert');

-- Privileges do not bind the table's owner; this does, be it for a statement that would touch no row.
create or replace function audit_refuse_change() returns trigger
language plpgsql as $$
begin
    raise exception '% of the audit trail refused: what was done stays written', tg_op
        using errcode = 'integrity_constraint_violation';
end
$$;

create or replace trigger audit_stays before update or delete or truncate on audit
    for each statement execute function audit_refuse_change();
