"""What stood in wallets before there were lots becomes lots that add up, and the way back keeps every balance."""

import asyncpg

from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.ledger.verifying import verify
from backend.migrations.runner import downgrade, upgrade

TENANT, PROGRAMME, MEMBER, ISSUER, PURSE, OWING = (new_id() for _ in range(6))
# Each with what it reverses, and what it adds to points and debt.
HISTORY = (
    ("earn", None, 100, 0),
    ("earn", None, 50, 0),
    ("burn", None, -110, 0),
    ("reversal", 2, -40, -10),
    ("earn", None, 20, 10),
    ("reversal", 5, -5, 0),
)
LOTS = [(1, 100, 0), (2, 50, 0), (5, 20, 15)]


async def test_wallets_become_lots_of_what_was_earned_and_is_left(empty_url: str) -> None:
    await upgrade(empty_url)
    await downgrade(empty_url, revision="awards_replayed")
    connection = await asyncpg.connect(empty_url)
    try:
        await write_history(connection)
        await upgrade(empty_url)
        lots = await connection.fetch("select seq, amount, remaining from ledger_lot order by seq")
        assert [tuple(row) for row in lots] == LOTS
        database = Database(empty_url, connections_max=1)
        try:
            assert [step.fault async for step in verify(database, TENANT)][-1] is None
        finally:
            await database.close()
        await downgrade(empty_url, revision="awards_replayed")
        balances = await connection.fetch(
            "select kind, balance from ledger_account where balance is not null order by kind"
        )
        assert [tuple(row) for row in balances] == [("debt", 0), ("points", 15)]
    finally:
        await connection.close()


async def write_history(connection: asyncpg.Connection) -> None:
    await connection.execute("set row_security = off")
    await connection.execute(
        "insert into tenant (id, slug, name, time_zone, language, created_at) values ($1, 't', 't', 'UTC', 'en', now())",
        TENANT,
    )
    await connection.execute(
        "insert into programme (tenant_id, id, code, name, currency, points_decimals, created_at) "
        "values ($1, $2, 'p', 'p', 'RSD', 0, now())",
        TENANT,
        PROGRAMME,
    )
    await connection.execute(
        "insert into member (tenant_id, id, name, language, created_at) values ($1, $2, 'M', 'en', now())",
        TENANT,
        MEMBER,
    )
    for account, member, kind, balance in (
        (ISSUER, None, "issuer", None),
        (PURSE, MEMBER, "points", 15),
        (OWING, MEMBER, "debt", 0),
    ):
        await connection.execute(
            "insert into ledger_account (tenant_id, id, programme_id, member_id, kind, balance, held, last_seq) "
            "values ($1, $2, $3, $4, $5, $6, 0, $7)",
            TENANT,
            account,
            PROGRAMME,
            member,
            kind,
            balance,
            len(HISTORY) if kind == "points" else 0,
        )
    ids, points_after, debt_after = [new_id() for _ in HISTORY], 0, 0
    for number, (kind, reverses, points, debt) in enumerate(HISTORY):
        points_after, debt_after = points_after + points, debt_after + debt
        await connection.execute(
            "insert into ledger_transfer (tenant_id, id, kind, reference, reverses, input_hash, event_at, posted_at) "
            "values ($1, $2, $3, $4, $5, '', now(), now())",
            TENANT,
            ids[number],
            kind,
            str(number),
            ids[reverses - 1] if reverses else None,
        )
        for account, amount, seq, after in (
            (PURSE, points, number + 1, points_after),
            (OWING, debt, number + 1, debt_after),
            (ISSUER, -points - debt, None, None),
        ):
            if amount:
                await connection.execute(
                    "insert into ledger_entry values ($1, $2, $3, $4, $5, $6)",
                    TENANT,
                    ids[number],
                    account,
                    amount,
                    seq,
                    after,
                )
