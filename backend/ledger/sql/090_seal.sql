-- Seals: a chain of hashes over everything that was posted, whose last one can be kept elsewhere.

-- A transfer with its entries as one hash, the same under any settings.
create or replace function ledger_hash(event ledger_transfer) returns bytea
language sql stable as $$
    select sha256(convert_to(jsonb_build_array(
        event.tenant_id, event.id, event.kind, event.reference, event.reverses, encode(event.input_hash, 'hex'),
        extract(epoch from event.event_at), extract(epoch from event.posted_at), event.reason,
        (select jsonb_agg(jsonb_build_array(e.account_id, e.amount, e.seq, e.balance_after) order by e.account_id)
         from public.ledger_entry e where e.tenant_id = event.tenant_id and e.transfer_id = event.id)
    )::text, 'UTF8'))
$$;

-- What a seal is of: the one before, its own number, and the hashes of its transfers in the order of their ids.
create or replace function ledger_seal_hash(previous bytea, place bigint, hashes bytea) returns bytea
language sql immutable as $$
    select sha256(coalesce(previous, ''::bytea) || convert_to(place::text, 'UTF8') || coalesce(hashes, ''::bytea))
$$;

-- Every transfer below this id is sealed: it was written a day before the last seal or earlier, so that none is still to
-- be committed, and none was left to the next seal. Null when nothing was sealed.
create or replace function ledger_sealed_until(tenant uuid) returns uuid
language sql stable as $$
    select least(s.transfer_id, (
        lpad(to_hex(floor((extract(epoch from last.sealed_at) - 86400) * 1000)::bigint), 12, '0')
        || '00000000000000000000')::uuid)
    from (select number, sealed_at from public.ledger_seal where tenant_id = tenant order by number desc limit 1) last
    join public.ledger_sealed s on s.tenant_id = tenant and s.seal = last.number
    order by s.transfer_id desc
    limit 1
$$;

-- Seal what was posted since, at most so many transfers; the number of the new seal, null when there was nothing to seal.
create or replace function ledger_seal_next(tenant uuid, transfers_max integer) returns bigint
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    last public.ledger_seal;
    since constant uuid := public.ledger_sealed_until(tenant);
    written bigint;
begin
    perform pg_advisory_xact_lock(hashtextextended('ledger_seal:' || tenant, 0));
    select * into last from public.ledger_seal s where s.tenant_id = tenant order by s.number desc limit 1;
    with fresh as materialized (
        select t.id, public.ledger_hash(t) as hash
        from public.ledger_transfer t
        where t.tenant_id = tenant
            and (since is null or t.id >= since)
            and not exists (select from public.ledger_sealed s where s.tenant_id = tenant and s.transfer_id = t.id)
        order by t.id
        limit transfers_max
    ), sealing as (
        insert into public.ledger_seal (tenant_id, number, sealed_at, transfers, hash)
        select tenant, coalesce(last.number, 0) + 1, clock_timestamp(), count(*),
               public.ledger_seal_hash(last.hash, coalesce(last.number, 0) + 1, string_agg(f.hash, ''::bytea order by f.id))
        from fresh f
        having count(*) > 0
        returning number
    )
    insert into public.ledger_sealed (tenant_id, transfer_id, seal, hash)
    select tenant, f.id, s.number, f.hash from fresh f cross join sealing s;
    if found then
        written := coalesce(last.number, 0) + 1;
    end if;
    return written;
end
$$;

-- What is wrong with a seal, as a sentence, and with which transfer; nothing when all is as it was sealed.
create or replace function ledger_seal_fault(tenant uuid, place bigint, out transfer uuid, out fault text)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    own public.ledger_seal;
    previous bytea;
    expected bytea;
    counted bigint;
begin
    select s.transfer_id,
           case when t.id is null then 'transfer ' || s.transfer_id || ' is missing'
                else concat('transfer ', t.id, ' (', t.kind, ' ', t.reference, ') is not what was posted') end
    into transfer, fault
    from public.ledger_sealed s
    left join public.ledger_transfer t on t.tenant_id = tenant and t.id = s.transfer_id
    where s.tenant_id = tenant and s.seal = place and (t.id is null or public.ledger_hash(t) <> s.hash)
    order by s.transfer_id
    limit 1;
    if fault is not null then
        return;
    end if;
    select * into own from public.ledger_seal s where s.tenant_id = tenant and s.number = place;
    select s.hash into previous from public.ledger_seal s where s.tenant_id = tenant and s.number = place - 1;
    select public.ledger_seal_hash(previous, place, string_agg(s.hash, ''::bytea order by s.transfer_id)), count(*)
    into expected, counted
    from public.ledger_sealed s where s.tenant_id = tenant and s.seal = place;
    if (expected = own.hash and counted = own.transfers) is not true then
        fault := concat('seal ', place, ' is not what was sealed');
    end if;
end
$$;

-- A transfer that stands where everything was sealed long ago, and is not: it was put there past the ledger.
create or replace function ledger_unsealed(tenant uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.id from public.ledger_transfer t
    where t.tenant_id = tenant
        and t.id < (select public.ledger_sealed_until(tenant))
        and not exists (select from public.ledger_sealed s where s.tenant_id = tenant and s.transfer_id = t.id)
    order by t.id
    limit 1
$$;
