-- The one writer of the ledger. ledger_post is what the application may call; the rest are its steps, callable by their
-- owner alone. Their parameters are named unlike any column, so that no name means two things.

-- A UUIDv7: milliseconds, the version, randomness. PostgreSQL brings its own only from 18 on.
create or replace function ledger_new_id() returns uuid
language sql volatile as $$
    select (
        lpad(to_hex(floor(extract(epoch from clock_timestamp()) * 1000)::bigint), 12, '0')
        || '7' || substr(replace(gen_random_uuid()::text, '-', ''), 14)
    )::uuid
$$;

-- Points that one posting may move, and that one account may hold: sums stay far from the end of bigint.
create or replace function ledger_amount_fits(amount bigint) returns boolean
language sql immutable as $$ select amount between 1 and 1000000000000000 $$;

create or replace function ledger_balance_fits(balance bigint) returns boolean
language sql immutable as $$ select balance between -1000000000000000000 and 1000000000000000000 $$;

-- The accounts that a member's first earn in a programme needs; nothing when the reference is taken, since then it is a
-- replay or will be refused. Two at once: the second waits for the first and finds its rows.
create or replace function ledger_open(tenant uuid, programme uuid, member uuid, key text) returns void
language plpgsql as $$
begin
    if exists (select from public.ledger_account
               where tenant_id = tenant and programme_id = programme and member_id = member and kind = 'points')
        or exists (select from public.ledger_transfer where tenant_id = tenant and reference = key)
    then
        return;
    end if;
    insert into public.ledger_account (tenant_id, id, programme_id, member_id, kind, balance, held, last_seq)
    values (tenant, public.ledger_new_id(), programme, null, 'issuer', null, 0, 0),
           (tenant, public.ledger_new_id(), programme, member, 'points', 0, 0, 0)
    on conflict (tenant_id, member_id, programme_id, kind) do nothing;
end
$$;

-- What the reference did when it was first posted, read from rows that never change; no outcome when it is free.
create or replace function ledger_stored(
    tenant uuid, key text, fingerprint bytea,
    out outcome text, out transfer uuid, out points bigint, out debt bigint
)
language plpgsql as $$
declare
    stored public.ledger_transfer;
begin
    select * into stored from public.ledger_transfer where tenant_id = tenant and reference = key;
    if not found then
        return;
    end if;
    if stored.input_hash <> fingerprint then
        outcome := 'ledger-reference-reused';
        return;
    end if;
    outcome := 'replayed';
    transfer := stored.id;
    select coalesce(sum(e.amount) filter (where a.kind = 'points'), 0),
           coalesce(sum(e.amount) filter (where a.kind = 'debt'), 0)
    into points, debt
    from public.ledger_entry e
    join public.ledger_account a on a.tenant_id = tenant and a.id = e.account_id
    where e.tenant_id = tenant and e.transfer_id = stored.id;
end
$$;

-- The earn of that reference and how much of it no reversal has taken back from this wallet yet: nothing at all, null,
-- when it is another wallet's.
create or replace function ledger_reversible(
    tenant uuid, key text, purse uuid, owing uuid,
    out transfer uuid, out remaining bigint
)
language plpgsql as $$
begin
    select t.id into transfer
    from public.ledger_transfer t
    where t.tenant_id = tenant and t.reference = key and t.kind = 'earn';
    -- Points and debt together are what the wallet was given, and each reversal took its part with the other sign.
    select sum(e.amount) into remaining
    from public.ledger_entry e
    where e.tenant_id = tenant and e.account_id in (purse, owing) and e.transfer_id in (
        select transfer
        union all
        select t.id from public.ledger_transfer t where t.tenant_id = tenant and t.reverses = transfer);
end
$$;

-- How one posting divides between the points and the debt of a wallet, or the reason why it is refused.
create or replace function ledger_divide(
    action text, wanted bigint, purse public.ledger_account, owing public.ledger_account, remaining bigint,
    out refusal text, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    balance bigint := coalesce(purse.balance, 0);
    owed bigint := -coalesce(owing.balance, 0);
    free bigint := balance - coalesce(purse.held, 0);
begin
    available := greatest(free - owed, 0);
    case action
    when 'earn' then
        debt := least(wanted, owed);
        points := wanted - debt;
    when 'burn' then
        debt := 0;
        points := -wanted;
        refusal := case when wanted > available then 'insufficient-points' end;
    when 'reversal' then
        points := -least(wanted, free);
        debt := -(wanted + points);
        refusal := case
            when remaining is null then 'ledger-transfer-unknown'
            when wanted > remaining then 'ledger-reversal-too-large'
        end;
    end case;
    if refusal is null and not (public.ledger_balance_fits(balance + points) and public.ledger_balance_fits(debt - owed))
    then
        refusal := 'ledger-amount-out-of-range';
    end if;
end
$$;

-- Write one transfer whose division is decided. The issuer's entry is what makes the sum 0, so an unbalanced transfer
-- cannot be written. No transfer comes back when another wallet took the reference since we looked.
create or replace function ledger_write(
    tenant uuid, programme uuid, member uuid, action text, key text, fingerprint bytea, happened_at timestamptz,
    reversed uuid, now timestamptz, points bigint, debt bigint, purse uuid, owing uuid,
    out transfer uuid
)
language plpgsql as $$
declare
    ordinal bigint;
    points_after bigint;
    debt_after bigint;
begin
    insert into public.ledger_transfer
        (tenant_id, id, kind, reference, reverses, input_hash, event_at, posted_at)
    values (tenant, public.ledger_new_id(), action, key, reversed, fingerprint, happened_at, now)
    on conflict (tenant_id, reference) do nothing
    returning id into transfer;
    if transfer is null then
        return;
    end if;
    update public.ledger_account set balance = balance + points, last_seq = last_seq + 1
    where tenant_id = tenant and id = purse
    returning last_seq, balance into ordinal, points_after;
    if debt <> 0 then
        if owing is null then
            -- The lock on the points account guards the wallet: nobody else opens its debt meanwhile.
            owing := public.ledger_new_id();
            insert into public.ledger_account
                (tenant_id, id, programme_id, member_id, kind, balance, held, last_seq)
            values (tenant, owing, programme, member, 'debt', 0, 0, 0);
        end if;
        update public.ledger_account set balance = balance + debt
        where tenant_id = tenant and id = owing
        returning balance into debt_after;
    end if;
    insert into public.ledger_entry (tenant_id, transfer_id, account_id, amount, seq, balance_after)
    select tenant, transfer, e.account, e.amount, e.seq, e.balance_after
    from (values
        (purse, points, ordinal, points_after),
        (owing, debt, ordinal, debt_after),
        ((select i.id from public.ledger_account i
          where i.tenant_id = tenant and i.programme_id = programme and i.member_id is null and i.kind = 'issuer'),
         -(points + debt), null, null)
    ) as e (account, amount, seq, balance_after)
    where e.amount <> 0;
end
$$;

-- Post one event of a batch whose accounts are open and locked.
create or replace function ledger_apply(
    tenant uuid, action text, programme uuid, member uuid, wanted bigint, key text, happened_at timestamptz,
    original text, now timestamptz,
    out outcome text, out transfer uuid, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    fingerprint constant bytea := sha256(convert_to(concat_ws(
        '|', action, programme, member, wanted, extract(epoch from happened_at), original), 'UTF8'));
    purse public.ledger_account;
    owing public.ledger_account;
    reversed uuid;
    remaining bigint;
begin
    select s.* into outcome, transfer, points, debt from public.ledger_stored(tenant, key, fingerprint) s;
    if outcome is not null then
        return;
    end if;
    if public.ledger_amount_fits(wanted) is not true then
        outcome := 'ledger-amount-out-of-range';
        return;
    end if;
    select * into purse from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = member and a.kind = 'points';
    select * into owing from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = member and a.kind = 'debt';
    if action = 'reversal' then
        select r.* into reversed, remaining from public.ledger_reversible(tenant, original, purse.id, owing.id) r;
    end if;
    select d.* into outcome, points, debt, available
    from public.ledger_divide(action, wanted, purse, owing, remaining) d;
    if outcome is not null then
        return;
    end if;
    transfer := public.ledger_write(
        tenant, programme, member, action, key, fingerprint, happened_at, reversed, now, points, debt,
        purse.id, owing.id);
    if transfer is null then
        select s.* into outcome, transfer, points, debt from public.ledger_stored(tenant, key, fingerprint) s;
    else
        outcome := 'posted';
    end if;
end
$$;

-- Post a batch of events; the n-th elements of the arrays are one event, and a batch of one is the normal case.
--
-- Each event answers with a row: `posted`, `replayed` (its reference was posted before with the same input, perhaps
-- earlier in this batch), or the reason why it alone was refused. A batch is a set: events are posted in the order of
-- their references, whatever their places. No two calls block each other for good, because every call takes what it
-- waits for in one order: accounts to open by programme and member, locks by account id, then references.
create or replace function ledger_post(
    tenant uuid, actions text[], programmes uuid[], members uuid[], amounts bigint[], keys text[],
    happened_at timestamptz[], originals text[], now timestamptz
)
returns table (ordinal bigint, outcome text, transfer uuid, points bigint, debt bigint, available bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    event record;
begin
    for event in
        select e.programme, e.member, e.key
        from unnest(actions, programmes, members, amounts, keys) as e (action, programme, member, amount, key)
        where e.action = 'earn' and public.ledger_amount_fits(e.amount)
        order by e.programme, e.member
    loop
        perform public.ledger_open(tenant, event.programme, event.member, event.key);
    end loop;
    perform from public.ledger_account a
    where a.tenant_id = tenant
        and (a.programme_id, a.member_id) in (select * from unnest(programmes, members))
    order by a.id
    for update;
    for event in
        select e.*
        from unnest(actions, programmes, members, amounts, keys, happened_at, originals) with ordinality
            as e (action, programme, member, amount, key, happened_at, original, ordinal)
        order by e.key collate "C", e.ordinal
    loop
        ordinal := event.ordinal;
        select a.* into outcome, transfer, points, debt, available
        from public.ledger_apply(
            tenant, event.action, event.programme, event.member, event.amount, event.key, event.happened_at,
            event.original, now) a;
        return next;
    end loop;
end
$$;

do $$
declare
    step regprocedure;
begin
    for step in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname like 'ledger\_%' and p.prorettype <> 'trigger'::regtype
    loop
        execute format('alter function %s owner to paragon_definer', step);
        execute format('revoke all on function %s from public', step);
    end loop;
end
$$;
grant execute on function ledger_post to paragon_app;
