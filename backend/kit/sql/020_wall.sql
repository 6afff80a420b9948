-- Puts a tenant-owned table behind the wall: the application sees the rows of `app.tenant` alone and may do with them
-- what `privileges` lists. An unset tenant, '' on a used connection, sees nothing.
create or replace procedure paragon_wall(walled regclass, privileges text)
language plpgsql as $$
begin
    execute format('alter table %s enable row level security', walled);
    execute format('drop policy if exists tenant_wall on %s', walled);
    execute format(
        'create policy tenant_wall on %s to paragon_app '
        'using (tenant_id = nullif(current_setting(''app.tenant'', true), '''')::uuid)', walled);
    execute format('revoke all on %s from paragon_app', walled);
    execute format('grant %s on %s to paragon_app', privileges, walled);
end
$$;

-- The same table for the owner of functions, which take the tenant as an argument and filter by it themselves.
create or replace procedure paragon_wall_definer(walled regclass, privileges text)
language plpgsql as $$
begin
    execute format('drop policy if exists definer on %s', walled);
    execute format('create policy definer on %s to paragon_definer using (true)', walled);
    execute format('revoke all on %s from paragon_definer', walled);
    execute format('grant %s on %s to paragon_definer', privileges, walled);
end
$$;

revoke execute on procedure paragon_wall(regclass, text) from public;
revoke execute on procedure paragon_wall_definer(regclass, text) from public;
