-- What happens by the clock. Each of these may run twice and in several places at once: the second finds nothing to do.

-- End holds whose time is over, at most so many; how many that were.
create or replace function ledger_lapse(tenant uuid, holds_max integer) returns integer
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    return public.ledger_holds_lapse(tenant, array(
        select a.id from public.ledger_account a
        where a.tenant_id = tenant and a.id in (
            select h.account_id from public.ledger_hold h
            where h.tenant_id = tenant and h.state = 'open' and h.expires_at <= clock_timestamp()
            order by h.expires_at limit holds_max)
        order by a.id
        for update));
end
$$;

-- Take what is left of the lots whose time is over, beginning with so many of them: one transfer a wallet, named by the
-- wallet's own number for it. What is held stays until the hold has come to its end.
create or replace function ledger_expire(tenant uuid, now timestamptz, lots_max integer)
returns table (member uuid, transfer uuid, points bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    accounts constant uuid[] := array(
        select a.id from public.ledger_account a
        where a.tenant_id = tenant and a.id in (
            select l.account_id from public.ledger_lot l
            where l.tenant_id = tenant and l.remaining > l.held and l.expires_at <= now
            order by l.expires_at limit lots_max)
        order by a.id
        for update);
    purse record;
    lot record;
    key text;
begin
    perform public.ledger_holds_lapse(tenant, accounts);
    for purse in
        select a.id, a.programme_id, a.member_id, a.last_seq, sum(l.remaining - l.held)::bigint as due
        from public.ledger_account a
        join public.ledger_lot l on l.tenant_id = tenant and l.account_id = a.id
        where a.tenant_id = tenant and a.id = any (accounts) and l.remaining > l.held and l.expires_at <= now
        group by a.id, a.programme_id, a.member_id, a.last_seq
    loop
        key := concat('expire:', purse.id, ':', purse.last_seq + 1);
        member := purse.member_id;
        points := -purse.due;
        transfer := public.ledger_record(
            tenant, 'expire', key, sha256(convert_to(key, 'UTF8')), now, null, now, null);
        perform public.ledger_enter(
            tenant, transfer, purse.programme_id, member, purse.id, null, points, 0, true);
        for lot in
            select l.seq, l.part, l.remaining - l.held as due from public.ledger_lot l
            where l.tenant_id = tenant and l.account_id = purse.id and l.remaining > l.held and l.expires_at <= now
        loop
            perform public.ledger_lot_change(tenant, transfer, purse.id, lot.seq, lot.part, -lot.due);
        end loop;
        return next;
    end loop;
end
$$;

-- What the owners of these wallets are to be told of now: points that expire within the programme's days of warning and
-- of which they were not told before. It is noted that they are.
create or replace function ledger_warn(tenant uuid, accounts uuid[], now timestamptz)
returns table (account uuid, programme uuid, member uuid, points bigint, first_at timestamptz)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    purse record;
begin
    perform from public.ledger_account a where a.tenant_id = tenant and a.id = any (accounts) order by a.id for update;
    for purse in
        select a.id, a.programme_id, a.member_id, span.ends_at,
               sum(l.remaining - l.held)::bigint as soon, min(l.expires_at) as soonest_at
        from public.ledger_account a
        join public.programme p on p.tenant_id = tenant and p.id = a.programme_id
        cross join lateral (select now + make_interval(hours => 24 * p.points_warning_days) as ends_at) span
        join public.ledger_lot l on l.tenant_id = tenant and l.account_id = a.id
        where a.tenant_id = tenant and a.id = any (accounts) and l.remaining > l.held
            and l.expires_at > now and l.expires_at <= span.ends_at
            and (a.warned_until is null or l.expires_at > a.warned_until)
        group by a.id, a.programme_id, a.member_id, span.ends_at
    loop
        update public.ledger_account set warned_until = purse.ends_at where tenant_id = tenant and id = purse.id;
        account := purse.id;
        programme := purse.programme_id;
        member := purse.member_id;
        points := purse.soon;
        first_at := purse.soonest_at;
        return next;
    end loop;
end
$$;
