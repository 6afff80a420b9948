-- Prefixes stand outside the wall for reading: no two tenants' numbers may overlap. Who is inside a tenant takes one for
-- it; nobody gives one back, since cards with it are about.
revoke all on card_issuer from paragon_app;
grant select, insert on card_issuer to paragon_app;
alter table card_issuer enable row level security;
drop policy if exists issuer_read on card_issuer;
drop policy if exists issuer_take on card_issuer;
create policy issuer_read on card_issuer for select to paragon_app using (true);
create policy issuer_take on card_issuer for insert to paragon_app
    with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

call paragon_wall('card_batch', 'select, insert');
call paragon_wall('card', 'select, insert, update');
call paragon_wall('card_medium', 'select, insert');
call paragon_wall('card_order', 'select, insert, update');
call paragon_wall('card_run', 'select, insert');
-- Who was identified stays written.
call paragon_wall('card_identification', 'select, insert');
