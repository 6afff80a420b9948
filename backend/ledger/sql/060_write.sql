-- What a posting to one wallet does: to points, to debt, to lots.

-- How a posting divides between the points and the debt of a wallet, or the reason why it is refused.
create or replace function ledger_divide(
    action text, wanted bigint, purse public.ledger_account, owing public.ledger_account, available bigint,
    remaining bigint,
    out refusal text, out points bigint, out debt bigint
)
language plpgsql as $$
declare
    balance bigint := coalesce(purse.balance, 0);
    owed bigint := -coalesce(owing.balance, 0);
    free bigint := balance - coalesce(purse.held, 0);
begin
    case
    when action = 'earn' or action = 'adjustment' and wanted > 0 then
        debt := least(wanted, owed);
        points := wanted - debt;
    when action in ('burn', 'adjustment') then
        debt := 0;
        points := -abs(wanted);
        refusal := case when abs(wanted) > available then 'insufficient-points' end;
    when action = 'reversal' then
        points := -least(wanted, free);
        debt := -(wanted + points);
    when action = 'restoration' then
        debt := least(wanted, owed);
        points := wanted - debt;
    end case;
    if action in ('reversal', 'restoration') then
        refusal := case
            when remaining is null then 'ledger-transfer-unknown'
            when wanted > remaining or remaining = 0 then 'ledger-reversal-too-large'
        end;
    end if;
    if refusal is null and not (public.ledger_balance_fits(balance + points) and public.ledger_balance_fits(debt - owed))
    then
        refusal := 'ledger-amount-out-of-range';
    end if;
end
$$;

-- Write one transfer whose division is decided. None comes back when another wallet took the reference since we looked.
create or replace function ledger_write(
    tenant uuid, programme uuid, member uuid, action text, key text, fingerprint bytea, happened_at timestamptz,
    reversed uuid, reversed_ordinal bigint, now timestamptz, says text, points bigint, debt bigint, purse uuid, owing uuid,
    out transfer uuid
)
language plpgsql as $$
declare
    ordinal bigint;
begin
    transfer := public.ledger_record(tenant, action, key, fingerprint, happened_at, reversed, now, says);
    if transfer is null then
        return;
    end if;
    ordinal := public.ledger_enter(tenant, transfer, programme, member, purse, owing, points, debt, true);
    if action in ('earn', 'adjustment') and points > 0 then
        perform public.ledger_lot_open(tenant, programme, purse, ordinal, transfer, points, action = 'earn', now);
    elsif action = 'restoration' and points > 0 then
        perform public.ledger_lots_give_back(tenant, transfer, purse, reversed, points);
    elsif points < 0 then
        perform public.ledger_lots_take(
            tenant, transfer, purse, -points, reversed_ordinal, action <> 'reversal', now);
    end if;
end
$$;

-- Post an event that concerns one wallet alone and is not about a hold.
create or replace function ledger_apply(
    tenant uuid, action text, programme uuid, member uuid, wanted bigint, key text, fingerprint bytea,
    happened_at timestamptz, original text, now timestamptz, says text,
    purse public.ledger_account, owing public.ledger_account,
    out outcome text, out transfer uuid, out points bigint, out debt bigint, out available bigint
)
language plpgsql as $$
declare
    reversed uuid;
    reversed_ordinal bigint;
    remaining bigint;
begin
    if action in ('reversal', 'restoration') then
        select r.* into reversed, remaining, reversed_ordinal
        from public.ledger_reversible(
            tenant, original, case action when 'reversal' then '{earn}'::text[] else '{burn,capture}' end,
            purse.id, owing.id) r;
    elsif action = 'burn' or wanted < 0 then
        available := public.ledger_available(tenant, purse, owing, now);
    end if;
    select d.* into outcome, points, debt
    from public.ledger_divide(action, coalesce(wanted, remaining), purse, owing, available, remaining) d;
    if outcome is null then
        transfer := public.ledger_write(
            tenant, programme, member, action, key, fingerprint, happened_at, reversed, reversed_ordinal, now, says,
            points, debt, purse.id, owing.id);
        outcome := case when transfer is not null then 'posted' end;
    end if;
end
$$;
