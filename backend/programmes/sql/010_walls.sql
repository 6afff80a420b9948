-- Tenants and host names stand outside the wall for reading: they are how one enters. Who is inside a tenant changes
-- that tenant alone; nobody removes one.
revoke all on tenant from paragon_app;
grant select, insert on tenant to paragon_app;
grant update (name, time_zone, language, branding, settings, rules_version) on tenant to paragon_app;
alter table tenant enable row level security;
drop policy if exists tenant_read on tenant;
drop policy if exists tenant_enter on tenant;
drop policy if exists tenant_change on tenant;
create policy tenant_read on tenant for select to paragon_app using (true);
create policy tenant_enter on tenant for insert to paragon_app with check (true);
create policy tenant_change on tenant for update to paragon_app
    using (id = nullif(current_setting('app.tenant', true), '')::uuid);

revoke all on host_name from paragon_app;
grant select, insert, delete on host_name to paragon_app;
alter table host_name enable row level security;
drop policy if exists host_read on host_name;
drop policy if exists host_take on host_name;
drop policy if exists host_leave on host_name;
create policy host_read on host_name for select to paragon_app using (true);
create policy host_take on host_name for insert to paragon_app
    with check (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);
create policy host_leave on host_name for delete to paragon_app
    using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid);

call paragon_wall('programme', 'select, insert, update');
-- What held once goes on having held.
call paragon_wall('programme_scheme', 'select, insert');
call paragon_wall('partner', 'select, insert, update');
call paragon_wall('outlet', 'select, insert, update');
call paragon_wall_definer('tenant', 'select');
call paragon_wall_definer('programme', 'select');
call paragon_wall('programme_assignment', 'select, insert, delete');
