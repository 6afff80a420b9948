-- Lots: what a wallet's points consist of. Whoever calls these holds the lock on the wallet's points account.

-- What of a wallet can be spent: it is neither held nor owed, nor pending, nor expired and still waiting to be taken.
create or replace function ledger_available(
    tenant uuid, purse public.ledger_account, owing public.ledger_account, now timestamptz
) returns bigint
language sql stable as $$
    select greatest(
        coalesce(purse.balance, 0) - coalesce(purse.held, 0) + coalesce(owing.balance, 0)
        - (select coalesce(sum(l.remaining - l.held), 0) from public.ledger_lot l
           where l.tenant_id = tenant and l.account_id = purse.id and l.remaining > l.held and l.available_from > now)
        - (select coalesce(sum(l.remaining - l.held), 0) from public.ledger_lot l
           where l.tenant_id = tenant and l.account_id = purse.id and l.remaining > l.held and l.expires_at <= now),
        0)::bigint
$$;

create or replace function ledger_is_spendable(lot public.ledger_lot, now timestamptz) returns boolean
language sql immutable as $$
    select (lot.available_from is null or lot.available_from <= now) and (lot.expires_at is null or lot.expires_at > now)
$$;

-- The points of a transfer as a lot, which the programme's settings give its time. Days are of 24 hours: an hour that a
-- clock is set by changes nobody's points.
create or replace function ledger_lot_open(
    tenant uuid, programme uuid, purse uuid, ordinal bigint, source uuid, points bigint, is_earned boolean,
    now timestamptz
) returns void
language sql volatile as $$
    insert into public.ledger_lot
        (tenant_id, account_id, seq, part, transfer_id, amount, remaining, held, available_from, expires_at)
    select tenant, purse, ordinal, 1, source, points, points, 0,
           case when is_earned and p.points_pending_days > 0
               then now + make_interval(hours => 24 * p.points_pending_days) end,
           now + make_interval(hours => 24 * p.points_valid_days)
    from public.programme p where p.tenant_id = tenant and p.id = programme and points > 0
$$;

-- Add to what a lot has left, or take from it, for a transfer.
create or replace function ledger_lot_change(
    tenant uuid, source uuid, purse uuid, ordinal bigint, place integer, change bigint
) returns void
language plpgsql as $$
begin
    update public.ledger_lot set remaining = remaining + change
    where tenant_id = tenant and account_id = purse and seq = ordinal and part = place;
    insert into public.ledger_lot_use (tenant_id, account_id, transfer_id, seq, part, amount)
    values (tenant, purse, source, ordinal, place, change);
end
$$;

-- Take points that nobody holds: from the lot `own` first, then the earliest-expiring, the oldest of those. Spending
-- takes what is spendable; taking back takes what there is.
create or replace function ledger_lots_take(
    tenant uuid, source uuid, purse uuid, wanted bigint, own bigint, to_spend boolean, now timestamptz
) returns void
language plpgsql as $$
declare
    missing bigint := wanted;
    taken bigint;
    lot public.ledger_lot;
begin
    for lot in
        select l.* from public.ledger_lot l
        where l.tenant_id = tenant and l.account_id = purse and l.seq = own and l.remaining > l.held
    loop
        taken := least(missing, lot.remaining - lot.held);
        perform public.ledger_lot_change(tenant, source, purse, lot.seq, lot.part, -taken);
        missing := missing - taken;
    end loop;
    if missing = 0 then
        return;
    end if;
    for lot in
        select l.* from public.ledger_lot l
        where l.tenant_id = tenant and l.account_id = purse and l.remaining > l.held
            and (not to_spend or public.ledger_is_spendable(l, now))
        order by l.expires_at, l.seq, l.part
    loop
        taken := least(missing, lot.remaining - lot.held);
        perform public.ledger_lot_change(tenant, source, purse, lot.seq, lot.part, -taken);
        missing := missing - taken;
        exit when missing = 0;
    end loop;
    if missing > 0 then
        raise exception 'the lots of account % lack %', purse, missing using errcode = 'assert_failure';
    end if;
end
$$;

-- Give back what a transfer took, to the lots it took it from: the latest-expiring first, so that what stays away is what
-- would have gone first.
create or replace function ledger_lots_give_back(tenant uuid, source uuid, purse uuid, original uuid, wanted bigint)
returns void
language plpgsql as $$
declare
    missing bigint := wanted;
    given bigint;
    used record;
begin
    for used in
        select l.seq, l.part, -sum(u.amount)::bigint as taken
        from public.ledger_lot_use u
        join public.ledger_lot l
            on l.tenant_id = tenant and l.account_id = purse and l.seq = u.seq and l.part = u.part
        where u.tenant_id = tenant and u.account_id = purse and u.transfer_id in (
            select original
            union all
            select t.id from public.ledger_transfer t where t.tenant_id = tenant and t.reverses = original)
        group by l.seq, l.part, l.expires_at
        having sum(u.amount) < 0
        order by l.expires_at desc, l.seq desc, l.part desc
    loop
        exit when missing = 0;
        given := least(missing, used.taken);
        perform public.ledger_lot_change(tenant, source, purse, used.seq, used.part, given);
        missing := missing - given;
    end loop;
    if missing > 0 then
        raise exception 'transfer % did not take % that it should give back', original, missing
            using errcode = 'assert_failure';
    end if;
end
$$;

-- Move points from one wallet's lots to another's, which keep their times; the first `lost` of them pay debts instead.
create or replace function ledger_lots_move(
    tenant uuid, source uuid, purse uuid, wanted bigint, lost bigint, to_spend boolean, target uuid, ordinal bigint,
    now timestamptz
) returns void
language plpgsql as $$
declare
    missing bigint := wanted;
    owed bigint := lost;
    place integer := 0;
    taken bigint;
    kept bigint;
    lot public.ledger_lot;
begin
    for lot in
        select l.* from public.ledger_lot l
        where l.tenant_id = tenant and l.account_id = purse and l.remaining > l.held
            and (not to_spend or public.ledger_is_spendable(l, now))
        order by l.expires_at, l.seq, l.part
    loop
        exit when missing = 0;
        taken := least(missing, lot.remaining - lot.held);
        perform public.ledger_lot_change(tenant, source, purse, lot.seq, lot.part, -taken);
        missing := missing - taken;
        kept := greatest(taken - owed, 0);
        owed := owed - (taken - kept);
        if kept > 0 then
            place := place + 1;
            insert into public.ledger_lot
                (tenant_id, account_id, seq, part, transfer_id, amount, remaining, held, available_from, expires_at)
            values (tenant, target, ordinal, place, source, kept, kept, 0, lot.available_from, lot.expires_at);
        end if;
    end loop;
    if missing > 0 then
        raise exception 'the lots of account % lack %', purse, missing using errcode = 'assert_failure';
    end if;
end
$$;
