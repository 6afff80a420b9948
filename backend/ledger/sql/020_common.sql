-- The one writer of the ledger, step by step: what all steps share. ledger_post (070) is what the application may call to
-- move points. Parameters are named unlike any column, so that no name means two things.

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

-- The accounts that a member's first points in a programme need; nothing when the reference is taken, since then it is a
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

-- What the reference did to the member's wallet when it was first posted, read from rows that never change; no outcome
-- when it is free.
create or replace function ledger_stored(
    tenant uuid, member uuid, key text, fingerprint bytea,
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
    where e.tenant_id = tenant and e.transfer_id = stored.id and a.member_id = member;
end
$$;

-- The transfer of that reference, if it is of these kinds, how much of what it moved in this wallet nothing has taken
-- back yet, and its number in the wallet; nothing at all, null, when it is another wallet's.
create or replace function ledger_reversible(
    tenant uuid, key text, kinds text[], purse uuid, owing uuid,
    out transfer uuid, out remaining bigint, out ordinal bigint
)
language plpgsql as $$
begin
    select t.id into transfer
    from public.ledger_transfer t
    where t.tenant_id = tenant and t.reference = key and t.kind = any (kinds);
    -- Points and debt together are what the wallet was given, and each that took back took its part with the other sign.
    select abs(sum(e.amount)), min(e.seq) filter (where e.transfer_id = transfer) into remaining, ordinal
    from public.ledger_entry e
    where e.tenant_id = tenant and e.account_id in (purse, owing) and e.transfer_id in (
        select transfer
        union all
        select t.id from public.ledger_transfer t where t.tenant_id = tenant and t.reverses = transfer);
end
$$;

-- A new transfer, which happens now unless it is said when; null when another took the reference since we looked.
create or replace function ledger_record(
    tenant uuid, action text, key text, fingerprint bytea, happened_at timestamptz, reversed uuid, now timestamptz,
    says text
) returns uuid
language sql volatile as $$
    insert into public.ledger_transfer
        (tenant_id, id, kind, reference, reverses, input_hash, event_at, posted_at, reason)
    values (tenant, public.ledger_new_id(), action, key, reversed, fingerprint, coalesce(happened_at, now), now, says)
    on conflict (tenant_id, reference) do nothing
    returning id
$$;

-- Write what a transfer does to one wallet, and give its number there. The issuer's entry, where one is wanted, is what
-- makes the sum 0, so that such a transfer cannot be written unbalanced.
create or replace function ledger_enter(
    tenant uuid, transfer uuid, programme uuid, member uuid, purse uuid, owing uuid, points bigint, debt bigint,
    with_issuer boolean
) returns bigint
language plpgsql as $$
declare
    ordinal bigint;
    points_after bigint;
    debt_after bigint;
begin
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
        (case when with_issuer then (
            select i.id from public.ledger_account i
            where i.tenant_id = tenant and i.programme_id = programme and i.member_id is null and i.kind = 'issuer') end,
         -(points + debt), null, null)
    ) as e (account, amount, seq, balance_after)
    where e.amount <> 0 and e.account is not null;
    return ordinal;
end
$$;
