-- The same statements as a submission's, one submission a call and nothing around them: what the server could do if
-- nobody had to be served over HTTP. pgbench calls it; values that a code would tell are made up on the way.
create function posting(tenant uuid, member_number bigint, code_bytes integer) returns void
language plpgsql as $$
declare
    owner uuid := ('00000000-0000-7000-8000-' || lpad(to_hex(member_number), 12, '0'))::uuid;
    fresh uuid := uuidv7();
    number text := uuidv7();
    bytes bytea := convert_to(repeat('x', code_bytes), 'UTF8');
    document jsonb := '{"points": "3", "applied": [{"promotion": "svakih-100", "name": "Poen na svakih 100 dinara", "points": "3", "why": "{points} for every {every}", "why_params": {"points": "1", "every": "100.00"}}], "undecided": [{"promotion": "lipa-brend", "name": "Lipa proizvodi: 10 % u poenima", "reason": "items"}]}';
begin
    perform from member m where m.tenant_id = tenant and m.id = owner for no key update;
    perform from idempotency i where i.tenant_id = tenant and i.owner_id = owner and i.key = number;
    perform from receipt r
        where r.tenant_id = tenant and r.authority = 'playground' and r.fiscal_id = number and r.state <> 'refused';
    perform count(*) from receipt r where r.tenant_id = tenant and r.member_id = owner and r.state = 'pending';
    perform rules_version from tenant t where t.id = tenant;
    insert into receipt (
        tenant_id, id, member_id, authority, fiscal_id, payload, payload_sha256, counter, kind, issued_at, total_minor,
        currency, buyer_kind, earns, with_gtins, state, sure, created_at
    ) values (
        tenant, fresh, owner, 'playground', number, bytes, sha256(convert_to(number, 'UTF8')), '1/2ПП', 'sale', now(),
        12345, 'RSD', null, true, true, 'pending', document, now()
    ) on conflict do nothing;
    insert into job (id, tenant_id, kind, subject, unique_key, state, priority, run_at, attempts, created_at)
    values (
        uuidv7(), tenant, 'receipts.fetch', fresh, concat_ws(':', 'receipts.fetch', tenant, fresh), 'waiting', 0, now(),
        0, now()
    );
    insert into idempotency (tenant_id, owner_id, key, input_hash, answer, created_at)
    values (tenant, owner, number, sha256(bytes), convert_to(document::text, 'UTF8'), now());
end
$$;
