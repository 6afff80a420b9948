-- Members' events: written by their causes through member_events_append, read by one query for all who wait.
call paragon_wall('member_event', 'select, insert');
call paragon_wall('member_event_head', 'select, insert, update');
call paragon_wall_definer('member_event', 'select, delete');

-- Gives each event its member's next number. The heads are locked in the order of the members until the transaction
-- ends, so that numbers are seen in the order in which they were given.
create or replace function member_events_append(
    tenant uuid, members uuid[], kinds text[], documents jsonb[], times timestamptz[]
) returns void
language sql volatile set search_path = pg_catalog, pg_temp as $$
    with noted as (
        select * from unnest(members, kinds, documents, times) with ordinality as n (member, kind, document, at, place)
    ), heads as (
        insert into public.member_event_head as h (tenant_id, member_id, last_seq)
        select tenant, n.member, count(*) from noted n group by n.member order by n.member
        on conflict (tenant_id, member_id) do update set last_seq = h.last_seq + excluded.last_seq
        returning h.member_id, h.last_seq
    )
    insert into public.member_event (tenant_id, member_id, seq, kind, data, created_at)
    select tenant, n.member,
           h.last_seq - count(*) over (partition by n.member)
               + row_number() over (partition by n.member order by n.place),
           n.kind, n.document, n.at
    from noted n join heads h on h.member_id = n.member
$$;

-- What came after each of many places, of any tenants: for the process that tells all their apps at once.
create or replace function member_events_after(tenants uuid[], members uuid[], afters bigint[], each_max integer)
returns table (place bigint, seq bigint, kind text, data jsonb, created_at timestamptz)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select p.place, e.seq, e.kind, e.data, e.created_at
    from unnest(tenants, members, afters) with ordinality as p (tenant, member, after, place)
    cross join lateral (
        select * from public.member_event m
        where m.tenant_id = p.tenant and m.member_id = p.member and m.seq > p.after
        order by m.seq limit each_max
    ) e
    order by p.place, e.seq
$$;

-- Deletes up to so many events older than that, of all tenants; how many went. Numbers are never given again.
create or replace function member_events_prune(older_than timestamptz, events_max integer) returns bigint
language sql volatile security definer set search_path = pg_catalog, pg_temp as $$
    with gone as (
        delete from public.member_event e
        using (
            select o.tenant_id, o.member_id, o.seq from public.member_event o
            where o.created_at < older_than order by o.created_at limit events_max
        ) old
        where (e.tenant_id, e.member_id, e.seq) = (old.tenant_id, old.member_id, old.seq)
        returning 1
    )
    select count(*) from gone
$$;

-- How many events of all tenants are older than that.
create or replace function member_events_older(older_than timestamptz) returns bigint
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select count(*) from public.member_event where created_at < older_than
$$;

alter function member_events_older owner to paragon_definer;
alter function member_events_after owner to paragon_definer;
alter function member_events_prune owner to paragon_definer;
revoke all on function member_events_append, member_events_after, member_events_prune, member_events_older from public;
grant execute on function member_events_append, member_events_after, member_events_prune, member_events_older to paragon_app;
