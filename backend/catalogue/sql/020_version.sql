-- The number of the catalogue's state, said to whoever is about to commit what was matched with an earlier one. Whoever lets
-- the number grow comes before or after, never between the answer and the commit. Called as the application itself.
create or replace function catalogue_version_at_commit(tenant uuid) returns bigint
language plpgsql as $$
begin
    perform pg_advisory_xact_lock_shared(hashtextextended('catalogue:' || tenant, 0));
    return coalesce((select v.version from public.catalogue_version v where v.tenant_id = tenant), 0);
end
$$;
