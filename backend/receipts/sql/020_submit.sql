-- Takes a batch of submissions, of any tenants, in one round trip: what the application may call to claim receipts.
-- A batch holds a member, a number of an authority and a key once at most; one that does not is refused whole.
--
-- Verdicts: new, stale (the rules changed since the caller read them: decide again), standing (the member has submitted
-- these bytes), replayed and reused (the key was used before, for the same or another input), claimed, full, nobody.

call paragon_wall_definer('receipt', 'select, insert');

create or replace function receipt_submit(
    tenants uuid[], members uuid[], ids uuid[], job_ids uuid[], versions bigint[], waiting_max integer[],
    keys text[], inputs bytea[], answers bytea[],
    authorities text[], fiscal_ids text[], payloads bytea[], digests bytea[], counters text[], kinds text[],
    times timestamptz[], totals bigint[], currencies text[], buyers text[], earning boolean[], with_products boolean[],
    sures jsonb[], shown jsonb[], fetch_kind text, moment timestamptz
) returns table (verdict text, receipt uuid, standing_state text, standing_sure jsonb, answer bytea)
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan set enable_seqscan = off
as $$
#variable_conflict use_column
begin
    if cardinality(ids) > 1 and cardinality(ids) > least(
        (select count(distinct (t, m)) from unnest(tenants, members) as u (t, m)),
        (select count(distinct (t, a, f)) from unnest(tenants, authorities, fiscal_ids) as u (t, a, f))
    ) then
        raise exception 'a batch takes one submission of a member and one of a number';
    end if;

    -- Whoever counts, or runs a command of the same member, waits here; foreign keys to the member do not.
    perform from public.member m
    join unnest(tenants, members) as u (t, i) on m.tenant_id = u.t and m.id = u.i
    order by m.tenant_id, m.id
    for no key update of m;

    return query
    -- Each question is lateral and limited, so that it is asked by key and once an item, however small the tables were
    -- when this was planned.
    with item as (
        select * from unnest(
            tenants, members, ids, job_ids, versions, waiting_max, keys, inputs, answers, authorities, fiscal_ids,
            payloads, digests, counters, kinds, times, totals, currencies, buyers, earning, with_products, sures, shown
        ) with ordinality as u (
            tenant, member, id, job_id, version, most, key, input, answer, authority, fiscal_id,
            payload, digest, counter, kind, issued_at, total, currency, buyer, earns, with_gtins, sure, presented, place
        )
    ), judged as materialized (
        select item.*, rival.id as rival_id, rival.state, rival.sure as rival_sure, kept.answer as kept_answer,
            case
                when kept.input_hash = item.input then 'replayed'
                when kept.input_hash is not null then 'reused'
                when owner.id is null then 'nobody'
                when rival.member_id = item.member then 'standing'
                when rival.id is not null then 'claimed'
                when pending.receipts >= item.most then 'full'
                when rules.rules_version is distinct from item.version then 'stale'
                else 'new'
            end as verdict
        from item
        left join lateral (
            select i.input_hash, i.answer from public.idempotency i
            where i.tenant_id = item.tenant and i.owner_id = item.member and i.key = item.key limit 1
        ) kept on true
        left join lateral (
            select m.id from public.member m where m.tenant_id = item.tenant and m.id = item.member limit 1
        ) owner on true
        left join lateral (
            select r.id, r.member_id, r.state, r.sure from public.receipt r
            where r.tenant_id = item.tenant and r.authority = item.authority and r.fiscal_id = item.fiscal_id
                and (r.state = 'pending' and r.payload_sha256 = item.digest or r.state in ('confirmed', 'held', 'settled'))
            order by r.member_id = item.member desc limit 1
        ) rival on true
        left join lateral (
            select count(*) as receipts from public.receipt r
            where r.tenant_id = item.tenant and r.member_id = item.member and r.state = 'pending'
        ) pending on true
        left join lateral (
            select t.rules_version from public.tenant t where t.id = item.tenant limit 1
        ) rules on true
    ), placed as (
        -- Two that insert the same number at once wait for each other in one order.
        insert into public.receipt (
            tenant_id, id, member_id, authority, fiscal_id, payload, payload_sha256, counter, kind, issued_at,
            total_minor, currency, buyer_kind, earns, with_gtins, state, sure, presented, created_at
        )
        select j.tenant, j.id, j.member, j.authority, j.fiscal_id, j.payload, j.digest, j.counter, j.kind, j.issued_at,
            j.total, j.currency, j.buyer, j.earns, j.with_gtins, 'pending', j.sure, j.presented, moment
        from judged j where j.verdict = 'new' order by j.tenant, j.authority, j.fiscal_id
        on conflict do nothing
        returning tenant_id, id
    ), queued as (
        insert into public.job (
            id, tenant_id, kind, subject, unique_key, state, priority, run_at, attempts, created_at
        )
        select j.job_id, j.tenant, fetch_kind, j.id, concat_ws(':', fetch_kind, j.tenant, j.id), 'waiting', 0, moment,
            0, moment
        from placed p join judged j on j.tenant = p.tenant_id and j.id = p.id
    ), keyed as (
        -- A key that another kind of command takes at this moment makes the batch fail, and run again.
        insert into public.idempotency (tenant_id, owner_id, key, input_hash, answer, created_at)
        select j.tenant, j.member, j.key, j.input, j.answer, moment
        from placed p join judged j on j.tenant = p.tenant_id and j.id = p.id
        where j.key is not null
    )
    select
        case when j.verdict = 'new' and p.id is null then 'claimed' else j.verdict end,
        coalesce(j.rival_id, j.id), j.state::text, j.rival_sure, j.kept_answer
    from judged j left join placed p on p.tenant_id = j.tenant and p.id = j.id
    order by j.place;
end
$$;

alter function receipt_submit owner to paragon_definer;
revoke all on function receipt_submit from public;
grant execute on function receipt_submit to paragon_app;
