"""Postings a second beside pgbench calling the ledger's own function, the cost of a balance, and the pace of `verify`.

Ours goes through everything a posting goes through: batches, the session with its tenant, the member's event, the answer
after the commit. pgbench calls the function alone, one posting a call. Both count by their best turn.
"""

import asyncio
import itertools
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from uuid import UUID

import asyncpg
import uvloop

from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.embedded import EmbeddedServer
from backend.ledger.poster import Poster
from backend.ledger.posting import Posting
from backend.ledger.queries import balances
from backend.ledger.verifying import verify
from backend.migrations.runner import upgrade
from tests.benchmarks import pgbench
from tests.benchmarks.report import Goal, Report, Row, Say, Size
from tests.benchmarks.server import server_version, temporary_server

_ROUNDS = {Size.FULL: 3, Size.TINY: 1}
_SECONDS = {Size.FULL: 4, Size.TINY: 1}
_CLIENTS = {Size.FULL: (16, 64), Size.TINY: (4,)}
_MEMBERS = {Size.FULL: 4_000, Size.TINY: 20}
_LONG = {Size.FULL: 10_000, Size.TINY: 100}
_SHORT = 10
_ASKED = {Size.FULL: 400, Size.TINY: 20}
_VERIFIED = {Size.FULL: 1_000_000, Size.TINY: 4_000}
_WALLETS = {Size.FULL: 5_000, Size.TINY: 20}
_BOOKS = UUID(int=2)
_CONNECTIONS = 4

_POST = """\\set member random(0, {last})
\\set key random(1, 9000000000000000000)
select outcome from ledger_post('{tenant}', '{{earn}}', '{{{programme}}}',
    array[('00000000-0000-7000-8000-' || lpad(to_hex(:member::bigint), 12, '0'))::uuid], '{{3}}', array['b:' || :key::text],
    array[now()], array[null::text], now());
"""

_TENANT = "insert into tenant (id, slug, name, time_zone, language, created_at) values ($1, $1::uuid::text, 'L', 'UTC', 'en', now())"
_PROGRAMME = """
    insert into programme (tenant_id, id, code, name, currency, points_decimals, points_valid_days, created_at)
    values ($1, $1, 'lipa', 'Lipa', 'RSD', 0, 730, now())
"""
_PEOPLE = """
    insert into member (tenant_id, id, name, language, created_at)
    select $1, ('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, 'M', 'en', now()
    from generate_series(0, $2::integer - 1) n
"""

# Books of so many wallets, each of so many pairs of an earn of 10 and a burn of 6 from its lot, written as time would.
_BOOKKEEPING = (
    """
    create temp table purse as
    select tenant_id, id as member, ledger_new_id() as account from member where tenant_id = $1
    """,
    """
    insert into ledger_account (tenant_id, id, programme_id, member_id, kind, balance, held, last_seq)
    select $1, account, $1, member, 'points', 4 * $2::bigint, 0, 2 * $2::bigint from purse
    """,
    """
    insert into ledger_account (tenant_id, id, programme_id, member_id, kind, balance, held, last_seq)
    values ($1, $1, $1, null, 'issuer', null, 0, 0)
    """,
    """
    create temp table event as
    select ledger_new_id() as id, account, seq, seq % 2 = 1 as is_earn, (seq + 1) / 2 as pair
    from generate_series(1, 2 * $2::bigint) seq cross join purse where tenant_id = $1 order by seq
    """,
    """
    insert into ledger_transfer (tenant_id, id, kind, reference, input_hash, event_at, posted_at)
    select $1, id, case when is_earn then 'earn' else 'burn' end, id::text, '', now(), now() from event
    """,
    """
    insert into ledger_entry (tenant_id, transfer_id, account_id, amount, seq, balance_after)
    select $1, id, account, case when is_earn then 10 else -6 end, seq, 4 * pair + case when is_earn then 6 else 0 end
    from event
    """,
    """
    insert into ledger_entry (tenant_id, transfer_id, account_id, amount)
    select $1, id, $1, case when is_earn then -10 else 6 end from event
    """,
    """
    insert into ledger_lot (tenant_id, account_id, seq, part, transfer_id, amount, remaining, held, expires_at)
    select $1, account, seq, 1, id, 10, 4, 0, now() + interval '2 years' from event where is_earn
    """,
    """
    insert into ledger_lot_use (tenant_id, account_id, transfer_id, seq, part, amount)
    select $1, account, id, seq - 1, 1, -6 from event where not is_earn
    """,
    "drop table event, purse",
    "analyze",
)


@dataclass(frozen=True, slots=True)
class Compared:
    """Postings a second, the best turn of either side."""

    ours: float
    theirs: float

    @property
    def ratio(self) -> float:
        return self.ours / self.theirs


def run(size: Size, say: Say) -> Report:
    """Measure on a server of its own, whose commits reach the disk."""
    with temporary_server() as (server, data_dir):
        asyncio.run(upgrade(server.owner_url))
        spread = _compare(server, data_dir, size, say, "spread", UUID(int=1), _MEMBERS[size])
        hot = _compare(server, data_dir, size, say, "hot", UUID(int=3), 1)
        growth = uvloop.run(_growth(server, size, say))
        verified = uvloop.run(_verified(server, size, say))
        postgres = asyncio.run(server_version(server.owner_url))
    return _report(spread, hot, growth, verified, size, postgres)


def _compare(
    server: EmbeddedServer, data_dir: Path, size: Size, say: Say, what: str, tenant: UUID, members: int
) -> Compared:
    """Earns of random members out of so many, by so many clients, turn by turn."""
    asyncio.run(_tenant(server, tenant, members))
    script = data_dir / f"{what}.pgbench"
    script.write_text(_POST.format(last=members - 1, tenant=tenant, programme=tenant))
    ours, theirs = [], []
    uvloop.run(_posted(server, tenant, members, clients=8, seconds=1))
    for number, clients in itertools.product(range(_ROUNDS[size]), _CLIENTS[size]):
        say(f"{what}, round {number + 1} of {_ROUNDS[size]}, {clients} clients")
        ours.append(uvloop.run(_posted(server, tenant, members, clients=clients, seconds=_SECONDS[size])))
        theirs.append(pgbench.script_a_second(server, script, clients=clients, seconds=_SECONDS[size]))
    return Compared(max(ours), max(theirs))


async def _posted(server: EmbeddedServer, tenant: UUID, members: int, *, clients: int, seconds: float) -> float:
    """How many postings a second clients see committed that ask for the next one when they have the answer."""
    database = Database(server.app_url, connections_max=_CONNECTIONS)
    poster = Poster(database, tenant, utc_now)
    numbers = itertools.count()
    begun = time.perf_counter()
    turn = time.time_ns()

    async def client() -> int:
        done = 0
        while time.perf_counter() - begun < seconds:
            number = next(numbers)
            member = UUID(f"00000000-0000-7000-8000-{number * 7919 % members:012x}")
            await poster.post(Posting("earn", tenant, member, 3, f"p:{turn}:{number}", utc_now()))
            done += 1
        return done

    try:
        done = sum(await asyncio.gather(*(client() for _ in range(clients))))
        return done / (time.perf_counter() - begun)
    finally:
        await poster.close()
        await database.close()


async def _growth(server: EmbeddedServer, size: Size, say: Say) -> tuple[float, float]:
    """Milliseconds of a balance of a wallet with few entries and of one with many, asked for in turn."""
    tenant = UUID(int=4)
    await _tenant(server, tenant, 2)
    database = Database(server.app_url, connections_max=_CONNECTIONS)
    wallets = [UUID(f"00000000-0000-7000-8000-{number:012x}") for number in range(2)]
    poster = Poster(database, tenant, utc_now)
    say(f"balances of wallets with {_SHORT} and {_LONG[size]} entries")
    for member, entries in zip(wallets, (_SHORT, _LONG[size]), strict=True):
        earns = [Posting("earn", tenant, member, 3, f"g:{member}:{number}", utc_now()) for number in range(entries)]
        for first in range(0, entries, 1000):
            await asyncio.gather(*(poster.post(earn) for earn in earns[first : first + 1000]))
    await poster.close()
    await _execute(server, "vacuum analyze")
    took: dict[UUID, list[float]] = {member: [] for member in wallets}
    for number in range(_ASKED[size] * 2):
        async with database.transaction(tenant) as session:
            member = wallets[number % 2]
            begun = time.perf_counter()
            found = await balances(session, tenant, member, now=utc_now())
            took[member].append(time.perf_counter() - begun)
            assert found[tenant].available > 0
    await database.close()
    few, many = (median(times) * 1000 for times in took.values())
    return few, many


async def _verified(server: EmbeddedServer, size: Size, say: Say) -> tuple[int, float]:
    """How many entries were verified, and in how many seconds."""
    wallets = _WALLETS[size]
    say(f"writing books of {_VERIFIED[size]} entries")
    await _tenant(server, _BOOKS, wallets)
    connection = await asyncpg.connect(server.owner_url)
    try:
        for statement in _BOOKKEEPING:
            values = [_BOOKS, _VERIFIED[size] // wallets // 4] if "$2" in statement else [_BOOKS]
            await connection.execute(statement, *(values if "$1" in statement else []))
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()
    database = Database(server.app_url, connections_max=_CONNECTIONS)
    try:
        taken = []
        for number in range(_ROUNDS[size]):
            say(f"verifying, round {number + 1} of {_ROUNDS[size]}")
            begun = time.perf_counter()
            steps = [step async for step in verify(database, _BOOKS)]
            taken.append(time.perf_counter() - begun)
            assert steps[-1].fault is None, steps[-1].fault
            assert steps[-1].entries == _VERIFIED[size]
    finally:
        await database.close()
    return _VERIFIED[size], median(taken)


async def _tenant(server: EmbeddedServer, tenant: UUID, members: int) -> None:
    connection = await asyncpg.connect(server.owner_url)
    try:
        await connection.execute(_TENANT, tenant)
        await connection.execute(_PROGRAMME, tenant)
        await connection.execute(_PEOPLE, tenant, members)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


async def _execute(server: EmbeddedServer, statement: str) -> None:
    connection = await asyncpg.connect(server.owner_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _report(
    spread: Compared, hot: Compared, growth: tuple[float, float], verified: tuple[int, float], size: Size, postgres: str
) -> Report:
    entries, seconds = verified
    rows: list[Row] = [
        {"what": f"earns of {what}", "who": who, "posted_per_s": rate}
        for what, side in ((f"{_MEMBERS[size]} members", spread), ("one member", hot))
        for who, rate in (("paragon", side.ours), ("pgbench", side.theirs))
    ]
    rows += [
        {"what": f"a balance after {count} entries", "who": "paragon", "ms_median": took}
        for count, took in zip((_SHORT, _LONG[size]), growth, strict=True)
    ]
    rows.append({"what": f"verify {entries} entries", "who": "paragon", "entries_per_s": entries / seconds})
    grown = growth[1] / growth[0]
    return Report(
        rows=rows,
        ratios={"spread": spread.ratio, "hot_account": hot.ratio, "balance_growth": grown},
        goals={
            "spread_ratio": Goal(spread.ratio, "at least", 0.6),
            "hot_account_ratio": Goal(hot.ratio, "at least", 1),
            "balance_growth_10_to_10000_entries": Goal(grown, "at most", 1.2),
            "verify_entries_per_s": Goal(entries / seconds, "at least", 200_000),
        },
        notes=[
            "pgbench calls ledger_post for one earn at a time, as prepared statements; best turn of either side.",
            f"Clients at once: {' and '.join(map(str, _CLIENTS[size]))}; every commit reaches the disk.",
            "Ours batches what waits, writes the members' events too, and answers after the commit.",
            f"Verify goes through transfers, balances, lots and their uses; median of {_ROUNDS[size]} rounds.",
        ],
        libraries=["asyncpg", "sqlalchemy"],
        postgres=postgres,
    )
