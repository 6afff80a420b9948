-- Two roles without a login of their own right: the application, which row-level security holds, and the owner of the
-- functions that may do what the application may not. A concurrent installation of another database may win the race.
do $$
declare
    name text;
begin
    foreach name in array array['paragon_app', 'paragon_definer'] loop
        begin
            if not exists (select from pg_roles where rolname = name) then
                execute format('create role %I nologin', name);
            end if;
            if not pg_has_role(session_user, name, 'member') then
                execute format('grant %I to %I', name, session_user);
            end if;
        exception when duplicate_object or unique_violation then
            null;
        end;
    end loop;
end
$$;

grant usage on schema public to paragon_app, paragon_definer;
revoke create on schema public from public, paragon_app;
grant create on schema public to paragon_definer;
