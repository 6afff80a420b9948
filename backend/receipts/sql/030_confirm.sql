-- Confirms a pending receipt by what its authority attests and keeps its lines, in one call and with the caller's rights.
-- 'confirmed'; 'taken' when another submission of the number was confirmed, and then nothing has changed; 'decided' when
-- the receipt is pending no more. `contenders` are the other pending submissions of the number, locked until the
-- caller's transaction ends. A payload that names a person goes: nobody needs to ask about a decided receipt again.
create or replace function receipt_confirm(
    tenant uuid, receipt uuid, vendor jsonb, tax_id text, premises text, referred text, moment timestamptz,
    names text[], folds text[], units text[], quantities bigint[], prices bigint[], totals bigint[], labels jsonb[],
    gtins text[]
) returns table (verdict text, contenders uuid[])
language plpgsql volatile set search_path = pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
    held public.receipt;
begin
    select r.* into held from public.receipt r
    where r.tenant_id = tenant and r.id = receipt and r.state = 'pending' for update;
    if not found then
        return query select 'decided', array[]::uuid[];
        return;
    end if;
    begin
        update public.receipt r set
            state = 'confirmed', confirmed_at = moment, waiting_for = null, seller = vendor, reference = referred,
            payload = case when r.buyer_kind is null or r.buyer_kind = 'company' then r.payload else ''::bytea end,
            outlet_id = (
                select o.id from public.outlet o
                join public.partner p on p.tenant_id = o.tenant_id and p.id = o.partner_id
                where o.tenant_id = tenant and p.tax_id = tax_id and o.premises_id = premises
                    and (o.closed_at is null or o.closed_at > r.issued_at)
            )
        where r.tenant_id = tenant and r.id = receipt;
    exception when unique_violation then
        return query select 'taken', array[]::uuid[];
        return;
    end;
    insert into public.receipt_line (
        tenant_id, receipt_id, no, name, unit, quantity_milli, unit_price_minor, total_minor, tax_labels, gtin,
        folded
    )
    select tenant, receipt, l.no, l.name, l.unit, l.quantity, l.price, l.total, l.labels, l.gtin, l.folded
    from unnest(names, folds, units, quantities, prices, totals, labels, gtins) with ordinality
        as l (name, folded, unit, quantity, price, total, labels, gtin, no);
    return query
    select 'confirmed', coalesce(array_agg(c.id), array[]::uuid[]) from (
        select r.id from public.receipt r
        where r.tenant_id = tenant and r.authority = held.authority and r.fiscal_id = held.fiscal_id
            and r.state = 'pending' and r.id <> receipt
        order by r.id for update
    ) c;
end
$$;

revoke all on function receipt_confirm from public;
grant execute on function receipt_confirm to paragon_app;
