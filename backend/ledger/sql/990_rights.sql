-- Every function here belongs to the role that may write, and the application may call those that take care of
-- themselves.
do $$
declare
    step regprocedure;
begin
    for step in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\_%' and p.prorettype <> 'trigger'::regtype
    loop
        execute format('alter function %s owner to paragon_definer', step);
        execute format('revoke all on function %s from public', step);
    end loop;
end
$$;
grant execute on function ledger_post to paragon_app;
grant execute on function ledger_lapse to paragon_app;
grant execute on function ledger_expire to paragon_app;
grant execute on function ledger_warn to paragon_app;
grant execute on function ledger_seal_next to paragon_app;
grant execute on function ledger_seal_fault to paragon_app;
grant execute on function ledger_unsealed to paragon_app;
