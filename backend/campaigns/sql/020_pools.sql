-- What is left of a pool lies in slots, so that those who take at the same time need not meet. Called as the application
-- itself: the wall holds inside, too. Whoever takes from several pools takes from them in one order.

-- Take from one free slot, and when none has enough, from all of them together: so the last unit is found by whoever
-- needs it, and nobody who must wait holds a slot meanwhile. False when the pool has less, or would have to be waited for.
create or replace function campaign_pool_take(
    tenant uuid, campaign uuid, promo text, pool text, units bigint, nearest integer, may_wait boolean
) returns boolean
language plpgsql as $$
declare
    held integer[];
    remaining bigint;
    parts bigint;
begin
    begin
        update public.campaign_slot s set left_units = s.left_units - units
        where (s.tenant_id, s.campaign_id, s.promotion, s.kind) = (tenant, campaign, promo, pool)
          and s.slot = (
            select f.slot from public.campaign_slot f
            where (f.tenant_id, f.campaign_id, f.promotion, f.kind) = (tenant, campaign, promo, pool)
              and f.left_units >= units
            order by f.slot < nearest, f.slot
            limit 1
            for update skip locked);
        if found then
            return true;
        end if;
        raise sqlstate 'PG001';  -- a slot that was locked and then found too small is let go
    exception when sqlstate 'PG001' then
        null;
    end;
    if not may_wait then
        return false;
    end if;
    select sum(s.left_units) into remaining from public.campaign_slot s
    where (s.tenant_id, s.campaign_id, s.promotion, s.kind) = (tenant, campaign, promo, pool);
    if coalesce(remaining, 0) < units then
        return false;
    end if;
    select array_agg(l.slot order by l.slot), sum(l.left_units) into held, remaining
    from (
        select s.slot, s.left_units from public.campaign_slot s
        where (s.tenant_id, s.campaign_id, s.promotion, s.kind) = (tenant, campaign, promo, pool)
        order by s.slot for update
    ) l;
    if remaining < units then
        return false;
    end if;
    -- What stays is dealt out again in parts that a claim of this size finds whole.
    remaining := remaining - units;
    parts := greatest(1, least(cardinality(held), remaining / units));
    update public.campaign_slot s
    set left_units = case
        when array_position(held, s.slot) <= parts
        then remaining / parts + (array_position(held, s.slot) <= remaining % parts)::integer
        else 0 end
    where (s.tenant_id, s.campaign_id, s.promotion, s.kind) = (tenant, campaign, promo, pool) and s.slot = any(held);
    return true;
end
$$;

-- Put back into whichever slot is free, or into a new one; it waits for nobody, whatever its caller has locked.
create or replace function campaign_pool_put(
    tenant uuid, campaign uuid, promo text, pool text, units bigint
) returns void
language plpgsql as $$
begin
    update public.campaign_slot s set left_units = s.left_units + units
    where (s.tenant_id, s.campaign_id, s.promotion, s.kind) = (tenant, campaign, promo, pool)
      and s.slot = (
        select f.slot from public.campaign_slot f
        where (f.tenant_id, f.campaign_id, f.promotion, f.kind) = (tenant, campaign, promo, pool)
        limit 1
        for update skip locked);
    while not found loop
        insert into public.campaign_slot (tenant_id, campaign_id, promotion, kind, slot, left_units)
        values (tenant, campaign, promo, pool, 1000 + floor(random() * 1000000000)::integer, units)
        on conflict do nothing;
    end loop;
end
$$;

-- Give a pool this total: a new one is dealt out evenly, a larger one gets the difference, a smaller one loses it if so
-- much is left. False when more was used or is held than the new total.
create or replace function campaign_pool_set(
    tenant uuid, campaign uuid, promo text, pool text, total bigint, slots integer
) returns boolean
language plpgsql as $$
declare
    before bigint;
begin
    insert into public.campaign_pool (tenant_id, campaign_id, promotion, kind, total_units)
    values (tenant, campaign, promo, pool, total)
    on conflict do nothing;
    if found then
        insert into public.campaign_slot (tenant_id, campaign_id, promotion, kind, slot, left_units)
        select tenant, campaign, promo, pool, n, total / slots + (n < total % slots)::integer
        from generate_series(0, slots - 1) n;
        return true;
    end if;
    select p.total_units into before from public.campaign_pool p
    where (p.tenant_id, p.campaign_id, p.promotion, p.kind) = (tenant, campaign, promo, pool)
    for no key update;
    if total > before then
        perform public.campaign_pool_put(tenant, campaign, promo, pool, total - before);
    elsif total < before and not public.campaign_pool_take(tenant, campaign, promo, pool, before - total, 0, true) then
        return false;
    end if;
    update public.campaign_pool p set total_units = total
    where (p.tenant_id, p.campaign_id, p.promotion, p.kind) = (tenant, campaign, promo, pool);
    return true;
end
$$;

do $$
declare
    step regprocedure;
begin
    for step in
        select p.oid::regprocedure from pg_proc p
        where p.pronamespace = 'public'::regnamespace and p.proname like 'campaign\_pool\_%'
    loop
        execute format('revoke all on function %s from public', step);
        execute format('grant execute on function %s to paragon_app', step);
    end loop;
end
$$;
