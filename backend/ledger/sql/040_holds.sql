-- Holds: points set aside, of certain lots, until they are captured, released or expire by the database's clock.

-- What a hold set aside is free again, and the hold has come to its end.
create or replace function ledger_hold_end(tenant uuid, hold public.ledger_hold, ended text, capturing uuid) returns void
language plpgsql as $$
begin
    update public.ledger_lot l set held = l.held - h.points
    from public.ledger_hold_lot h
    where h.tenant_id = tenant and h.hold_id = hold.id
        and l.tenant_id = tenant and l.account_id = h.account_id and l.seq = h.seq and l.part = h.part;
    update public.ledger_account set held = held - hold.points where tenant_id = tenant and id = hold.account_id;
    update public.ledger_hold set state = ended, resolved_at = clock_timestamp(), transfer_id = capturing
    where tenant_id = tenant and id = hold.id;
end
$$;

-- End the holds of these accounts, which the caller has locked, whose time is over.
create or replace function ledger_holds_lapse(tenant uuid, accounts uuid[]) returns integer
language plpgsql as $$
declare
    hold public.ledger_hold;
    ended integer := 0;
begin
    for hold in
        select h.* from public.ledger_hold h
        where h.tenant_id = tenant and h.account_id = any (accounts) and h.state = 'open'
            and h.expires_at <= clock_timestamp()
    loop
        perform public.ledger_hold_end(tenant, hold, 'expired', null);
        ended := ended + 1;
    end loop;
    return ended;
end
$$;

-- Set points aside: of the lots that a burn would take.
create or replace function ledger_hold_place(
    tenant uuid, purse public.ledger_account, owing public.ledger_account, wanted bigint, key text, fingerprint bytea,
    ends_at timestamptz, now timestamptz,
    out outcome text, out transfer uuid, out points bigint, out available bigint
)
language plpgsql as $$
declare
    stored public.ledger_hold;
    missing bigint := wanted;
    taken bigint;
    lot public.ledger_lot;
begin
    available := public.ledger_available(tenant, purse, owing, now);
    select * into stored from public.ledger_hold h where h.tenant_id = tenant and h.reference = key;
    if not found then
        outcome := case
            when public.ledger_amount_fits(wanted) is not true then 'ledger-amount-out-of-range'
            when (ends_at > clock_timestamp()) is not true then 'ledger-hold-expired'
            when wanted > available then 'insufficient-points'
        end;
        if outcome is not null then
            return;
        end if;
        insert into public.ledger_hold
            (tenant_id, id, account_id, reference, input_hash, points, state, expires_at, placed_at)
        values (tenant, public.ledger_new_id(), purse.id, key, fingerprint, wanted, 'open', ends_at, clock_timestamp())
        on conflict (tenant_id, reference) do nothing
        returning id into transfer;
        if transfer is null then
            -- Another wallet took the reference since we looked.
            select * into stored from public.ledger_hold h where h.tenant_id = tenant and h.reference = key;
        end if;
    end if;
    if stored.id is not null then
        outcome := case when stored.input_hash = fingerprint then 'replayed' else 'ledger-reference-reused' end;
        transfer := stored.id;
        points := stored.points;
        return;
    end if;
    for lot in
        select l.* from public.ledger_lot l
        where l.tenant_id = tenant and l.account_id = purse.id and l.remaining > l.held
            and public.ledger_is_spendable(l, now)
        order by l.expires_at, l.seq, l.part
    loop
        taken := least(missing, lot.remaining - lot.held);
        update public.ledger_lot set held = held + taken
        where tenant_id = tenant and account_id = purse.id and seq = lot.seq and part = lot.part;
        insert into public.ledger_hold_lot (tenant_id, hold_id, account_id, seq, part, points)
        values (tenant, transfer, purse.id, lot.seq, lot.part, taken);
        missing := missing - taken;
        exit when missing = 0;
    end loop;
    update public.ledger_account set held = held + wanted where tenant_id = tenant and id = purse.id;
    outcome := 'posted';
    points := wanted;
    available := available - wanted;
end
$$;

-- Why a hold cannot be captured or released any more, or never could by this wallet.
create or replace function ledger_hold_refusal(hold public.ledger_hold, purse uuid) returns text
language sql immutable as $$
    select case
        when hold.id is null or hold.account_id is distinct from purse then 'ledger-hold-unknown'
        when hold.state <> 'open' then 'ledger-hold-' || hold.state
    end
$$;

-- Let go of a hold. One that was released or has expired stays so: nothing is held any more.
create or replace function ledger_hold_release(
    tenant uuid, purse uuid, key text,
    out outcome text, out transfer uuid, out points bigint
)
language plpgsql as $$
declare
    hold public.ledger_hold;
begin
    select * into hold from public.ledger_hold h where h.tenant_id = tenant and h.reference = key;
    outcome := public.ledger_hold_refusal(hold, purse);
    if outcome in ('ledger-hold-unknown', 'ledger-hold-captured') then
        return;
    end if;
    transfer := hold.id;
    points := hold.points;
    if outcome is null then
        perform public.ledger_hold_end(tenant, hold, 'released', null);
        outcome := 'posted';
    else
        outcome := 'replayed';
    end if;
end
$$;

-- Spend all or a part of a hold, from the lots that it set aside, the earliest-expiring first; the rest is free again.
create or replace function ledger_hold_capture(
    tenant uuid, programme uuid, member uuid, purse uuid, wanted bigint, original text, key text, fingerprint bytea,
    happened_at timestamptz, now timestamptz,
    out outcome text, out transfer uuid, out points bigint
)
language plpgsql as $$
declare
    hold public.ledger_hold;
    missing bigint;
    taken bigint;
    aside record;
begin
    select * into hold from public.ledger_hold h where h.tenant_id = tenant and h.reference = original;
    outcome := public.ledger_hold_refusal(hold, purse);
    missing := coalesce(wanted, hold.points);
    if outcome is null and missing > hold.points then
        outcome := 'ledger-hold-too-small';
    end if;
    if outcome is not null then
        return;
    end if;
    transfer := public.ledger_record(tenant, 'capture', key, fingerprint, happened_at, null, now, null);
    if transfer is null then
        return;
    end if;
    points := -missing;
    perform public.ledger_hold_end(tenant, hold, 'captured', transfer);
    perform public.ledger_enter(tenant, transfer, programme, member, purse, null, points, 0, true);
    for aside in
        select h.seq, h.part, h.points
        from public.ledger_hold_lot h
        join public.ledger_lot l
            on l.tenant_id = tenant and l.account_id = h.account_id and l.seq = h.seq and l.part = h.part
        where h.tenant_id = tenant and h.hold_id = hold.id
        order by l.expires_at, l.seq, l.part
    loop
        taken := least(missing, aside.points);
        perform public.ledger_lot_change(tenant, transfer, purse, aside.seq, aside.part, -taken);
        missing := missing - taken;
        exit when missing = 0;
    end loop;
    outcome := 'posted';
end
$$;
