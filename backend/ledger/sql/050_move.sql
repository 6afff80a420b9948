-- Points from one wallet to another of the same programme, both of which the caller has locked.

-- Without a number of points everything goes, pending points and the debt with them, and 0 is left on the old wallet; what
-- is held must be resolved before. The new wallet's debt is paid first, as by an earn.
create or replace function ledger_move(
    tenant uuid, programme uuid, member uuid, receiver uuid, purse public.ledger_account, owing public.ledger_account,
    wanted bigint, key text, fingerprint bytea, happened_at timestamptz, now timestamptz,
    out outcome text, out transfer uuid, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    target public.ledger_account;
    target_owing public.ledger_account;
    net bigint;
    target_points bigint;
    ordinal bigint;
begin
    available := public.ledger_available(tenant, purse, owing, now);
    points := -coalesce(wanted, purse.balance, 0);
    debt := case when wanted is null then -coalesce(owing.balance, 0) else 0 end;
    outcome := case
        when points = 0 and debt = 0 or wanted > available then 'insufficient-points'
        when wanted is null and purse.held > 0 then 'ledger-wallet-held'
    end;
    if outcome is not null then
        return;
    end if;
    select * into target from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = receiver and a.kind = 'points';
    select * into target_owing from public.ledger_account a
    where a.tenant_id = tenant and a.programme_id = programme and a.member_id = receiver and a.kind = 'debt';
    net := -(points + debt);
    -- A debt that is moved is paid by what the receiver has, and what the receiver gets pays the receiver's debt.
    target_points := case
        when net > 0 then greatest(net + coalesce(target_owing.balance, 0), 0)
        else -least(-net, target.balance - target.held)
    end;
    if not (public.ledger_balance_fits(target.balance + target_points)
        and public.ledger_balance_fits(coalesce(target_owing.balance, 0) + net - target_points))
    then
        outcome := 'ledger-amount-out-of-range';
        return;
    end if;
    transfer := public.ledger_record(tenant, 'transfer', key, fingerprint, happened_at, null, now, null);
    if transfer is null then
        return;
    end if;
    perform public.ledger_enter(
        tenant, transfer, programme, member, purse.id, owing.id, points, debt, false);
    if net <> 0 then
        ordinal := public.ledger_enter(
            tenant, transfer, programme, receiver, target.id, target_owing.id, target_points, net - target_points, false);
    end if;
    if target_points < 0 then
        perform public.ledger_lots_take(tenant, transfer, target.id, -target_points, null, false, now);
    end if;
    perform public.ledger_lots_move(
        tenant, transfer, purse.id, -points, -points - greatest(target_points, 0), wanted is not null, target.id,
        ordinal, now);
    outcome := 'posted';
end
$$;
