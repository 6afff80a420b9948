-- What the application may call.

-- Post one event of a batch whose accounts are open and locked. No outcome: another wallet took the reference meanwhile.
create or replace function ledger_dispatch(
    tenant uuid, action text, programme uuid, member uuid, wanted bigint, key text, fingerprint bytea,
    happened_at timestamptz, original text, now timestamptz, receiver uuid, ends_at timestamptz, says text,
    out outcome text, out transfer uuid, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    purse public.ledger_account;
    owing public.ledger_account;
begin
    select * into purse from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = member and a.kind = 'points';
    select * into owing from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = member and a.kind = 'debt';
    case action
    when 'hold' then
        debt := 0;
        select h.* into outcome, transfer, points, available
        from public.ledger_hold_place(tenant, purse, owing, wanted, key, fingerprint, ends_at, now) h;
    when 'release' then
        debt := 0;
        select h.* into outcome, transfer, points from public.ledger_hold_release(tenant, purse.id, key) h;
    when 'capture' then
        debt := 0;
        select h.* into outcome, transfer, points
        from public.ledger_hold_capture(
            tenant, programme, member, purse.id, wanted, original, key, fingerprint, happened_at, now) h;
    when 'transfer' then
        select m.* into outcome, transfer, points, debt, available
        from public.ledger_move(
            tenant, programme, member, receiver, purse, owing, wanted, key, fingerprint, happened_at, now) m;
    else
        select a.* into outcome, transfer, points, debt, available
        from public.ledger_apply(
            tenant, action, programme, member, wanted, key, fingerprint, happened_at, original, now, says,
            purse, owing) a;
    end case;
end
$$;

-- The same for an event that may have been posted before. When a hold ends is left out of what two events are compared
-- by: who asks again asks later.
create or replace function ledger_post_one(
    tenant uuid, action text, programme uuid, member uuid, wanted bigint, key text, happened_at timestamptz,
    original text, now timestamptz, receiver uuid, ends_at timestamptz, says text,
    out outcome text, out transfer uuid, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    fingerprint constant bytea := sha256(convert_to(concat_ws(
        '|', action, programme, member, wanted, extract(epoch from happened_at), original, receiver, says), 'UTF8'));
begin
    if action not in ('hold', 'release') then
        select s.* into outcome, transfer, points, debt from public.ledger_stored(tenant, member, key, fingerprint) s;
        if outcome is not null then
            return;
        end if;
    end if;
    if public.ledger_amount_fits(case action when 'adjustment' then abs(wanted) else wanted end) is not true
        and not (wanted is null and action in ('capture', 'release', 'restoration', 'transfer'))
    then
        outcome := 'ledger-amount-out-of-range';
        return;
    end if;
    select d.* into outcome, transfer, points, debt, available
    from public.ledger_dispatch(
        tenant, action, programme, member, wanted, key, fingerprint, happened_at, original, now, receiver, ends_at,
        says) d;
    if outcome is null then
        select s.* into outcome, transfer, points, debt from public.ledger_stored(tenant, member, key, fingerprint) s;
    end if;
end
$$;

-- Post a batch of events; the n-th elements of the arrays are one event, and a batch of one is the normal case.
--
-- Each event answers with a row: `posted`, `replayed` (its reference was posted before with the same input, perhaps
-- earlier in this batch), or the reason why it alone was refused. A batch is a set: events are posted in the order of
-- their references, whatever their places. No two calls block each other for good, because every call takes what it
-- waits for in one order: accounts to open by programme and member, locks by account id, then references.
--
-- A `hold` and a `release` are named by the hold's reference, and answer with its id; a `capture` names it in `originals`.
-- A `transfer` goes to the wallet of `receivers`. Without an amount a capture, restoration or transfer is of everything.
create or replace function ledger_post(
    tenant uuid, actions text[], programmes uuid[], members uuid[], amounts bigint[], keys text[],
    happened_at timestamptz[], originals text[], now timestamptz,
    receivers uuid[] default null, ends_at timestamptz[] default null, reasons text[] default null
)
returns table (ordinal bigint, outcome text, transfer uuid, points bigint, debt bigint, available bigint)
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    event record;
begin
    for event in
        select e.programme, coalesce(e.receiver, e.member) as member, e.key
        from unnest(actions, programmes, members, amounts, keys, receivers)
            as e (action, programme, member, amount, key, receiver)
        where e.action in ('earn', 'adjustment') and public.ledger_amount_fits(e.amount)
            or e.action = 'transfer' and exists (
                select from public.ledger_account a
                where a.tenant_id = tenant and a.programme_id = e.programme and a.member_id = e.member
                    and a.kind = 'points' and a.balance >= coalesce(e.amount, 0))
        order by e.programme, 2
    loop
        perform public.ledger_open(tenant, event.programme, event.member, event.key);
    end loop;
    perform public.ledger_holds_lapse(tenant, array(
        select a.id from public.ledger_account a
        where a.tenant_id = tenant
            and (a.programme_id, a.member_id) in (
                select * from unnest(programmes, members)
                union all
                select * from unnest(programmes, receivers) as r (programme, receiver) where r.receiver is not null)
        order by a.id
        for update));
    for event in
        select e.*
        from unnest(
            actions, programmes, members, amounts, keys, happened_at, originals, receivers, ledger_post.ends_at, reasons)
            with ordinality
            as e (action, programme, member, amount, key, happened_at, original, receiver, ends_at, reason, ordinal)
        order by e.key collate "C", e.ordinal
    loop
        ordinal := event.ordinal;
        select a.* into outcome, transfer, points, debt, available
        from public.ledger_post_one(
            tenant, event.action, event.programme, event.member, event.amount, event.key, event.happened_at,
            event.original, now, event.receiver, event.ends_at, event.reason) a;
        return next;
    end loop;
end
$$;
