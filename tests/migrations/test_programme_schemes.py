"""What a programme's scheme was before schemes had moments, it has been from the beginning; and the way back keeps it."""

import asyncpg

from backend.kit.ids import new_id
from backend.migrations.runner import downgrade, upgrade

TENANT = new_id()
CODES = {"fuel": "points", "lipa": None}


async def test_a_scheme_becomes_what_was_said_from_the_beginning_and_a_scheme_again(empty_url: str) -> None:
    await upgrade(empty_url)
    await downgrade(empty_url, revision="rerate")
    connection = await asyncpg.connect(empty_url)
    try:
        await connection.execute("set row_security = off")
        await connection.execute(
            "insert into tenant (id, slug, name, time_zone, language, created_at) values ($1, 't', 't', 'UTC', 'en', now())",
            TENANT,
        )
        for code, scheme in CODES.items():
            await connection.execute(
                "insert into programme (tenant_id, id, code, name, currency, points_decimals, scheme, created_at) "
                "values ($1, $2, $3, $3, 'RSD', 0, $4, now())",
                TENANT,
                new_id(),
                code,
                scheme,
            )
        await upgrade(empty_url)
        said = await connection.fetch(
            "select p.code, s.number, s.scheme, extract(epoch from s.since_at) as since "
            "from programme_scheme s join programme p on (p.tenant_id, p.id) = (s.tenant_id, s.programme_id)"
        )
        assert [tuple(row) for row in said] == [("fuel", 1, "points", 0)]
        await connection.execute(
            "insert into programme_scheme (tenant_id, programme_id, number, scheme, since_at, created_at) "
            "select tenant_id, id, 2, 'amount', now(), now() from programme where code = 'fuel' union all "
            "select tenant_id, id, 3, 'none', now() + interval '1 day', now() from programme where code = 'fuel'"
        )
        await downgrade(empty_url, revision="rerate")
        kept = await connection.fetch("select code, scheme from programme order by code")
        assert [tuple(row) for row in kept] == [("fuel", "amount"), ("lipa", None)]
    finally:
        await connection.close()
