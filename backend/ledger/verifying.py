"""Recomputes a tenant's ledger from its entries and names the first difference.

It goes through transfers and then through wallets, a stretch of ids a statement, so that it needs the same memory for any
ledger and never holds up a posting. A stretch is seen as it is at one moment: postings meanwhile are no differences.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.kit.db import Database, driver

TRANSFERS_MAX = 50_000
WALLETS_MAX = 5_000

_FIRST = UUID(int=0)
_LAST = UUID(int=2**128 - 1)

_NEXT_TRANSFER = "select id from ledger_transfer where tenant_id = $1 and id > $2 order by id offset $3 limit 1"
_NEXT_ACCOUNT = "select id from ledger_account where tenant_id = $1 and id > $2 order by id offset $3 limit 1"

# L1, and that nothing is posted without entries.
_TRANSFERS = """
    select coalesce(sum(e.entries), 0)::bigint as entries, min(
        case when e.entries is null then format('transfer %s has no entries', t.id)
             when e.total <> 0 then format('transfer %s: its entries sum to %s', t.id, e.total) end) as fault
    from ledger_transfer t
    left join (
        select transfer_id, count(*) as entries, sum(amount) as total from ledger_entry
        where tenant_id = $1 and transfer_id > $2 and transfer_id <= $3
        group by transfer_id
    ) e on e.transfer_id = t.id
    where t.tenant_id = $1 and t.id > $2 and t.id <= $3
"""

# L3: a balance is the sum of its entries, and so was every balance on the way.
_ACCOUNTS = """
    select coalesce(sum(e.entries), 0)::bigint as entries, min(
        case when e.torn is not null
                 then format('account %s: the balance after entry %s is not the one before and its amount', a.id, e.torn)
             when a.balance <> coalesce(e.total, 0)
                 then format('account %s: its balance is %s, its entries sum to %s', a.id, a.balance, coalesce(e.total, 0))
             when a.kind = 'points' and a.last_seq < coalesce(e.newest, 0)
                 then format('account %s: entry %s was not counted', a.id, e.newest) end) as fault
    from ledger_account a
    left join (
        select account_id, count(*) as entries, sum(amount) as total, max(seq) as newest,
               min(seq) filter (where balance_after <> before + amount) as torn
        from (
            select account_id, seq, amount, balance_after,
                   lag(balance_after, 1, 0::bigint) over (partition by account_id order by seq) as before
            from ledger_entry
            where tenant_id = $1 and account_id > $2 and account_id <= $3 and seq is not null
        ) counted
        group by account_id
    ) e on e.account_id = a.id
    where a.tenant_id = $1 and a.id > $2 and a.id <= $3 and a.kind <> 'issuer'
"""

# A lot has left what its uses leave, and holds what open holds set aside of it; an account has what its lots have.
_LOTS = """
    with used as (
        select account_id, seq, part, sum(amount) as amount from ledger_lot_use
        where tenant_id = $1 and account_id > $2 and account_id <= $3 group by account_id, seq, part
    ), aside as (
        select h.account_id, l.seq, l.part, sum(l.points) as points
        from ledger_hold h join ledger_hold_lot l on l.tenant_id = $1 and l.hold_id = h.id
        where h.tenant_id = $1 and h.account_id > $2 and h.account_id <= $3 and h.state = 'open'
        group by h.account_id, l.seq, l.part
    ), lots as (
        select l.account_id, sum(l.remaining) as remaining, sum(l.held) as held, min(
            case when l.remaining <> l.amount + coalesce(u.amount, 0)
                     then format('lot %s.%s of account %s: it has %s left, its uses leave %s',
                                 l.seq, l.part, l.account_id, l.remaining, l.amount + coalesce(u.amount, 0))
                 when l.held <> coalesce(s.points, 0)
                     then format('lot %s.%s of account %s: %s are held, by holds %s',
                                 l.seq, l.part, l.account_id, l.held, coalesce(s.points, 0)) end) as fault
        from ledger_lot l
        left join used u on u.account_id = l.account_id and u.seq = l.seq and u.part = l.part
        left join aside s on s.account_id = l.account_id and s.seq = l.seq and s.part = l.part
        where l.tenant_id = $1 and l.account_id > $2 and l.account_id <= $3
        group by l.account_id
    )
    select 0 as entries, min(
        case when l.fault is not null then l.fault
             when a.balance <> coalesce(l.remaining, 0)
                 then format('account %s: its balance is %s, its lots have %s left',
                             a.id, a.balance, coalesce(l.remaining, 0))
             when a.held <> coalesce(l.held, 0)
                 then format('account %s: %s are held, of its lots %s', a.id, a.held, coalesce(l.held, 0)) end) as fault
    from ledger_account a
    left join lots l on l.account_id = a.id
    where a.tenant_id = $1 and a.id > $2 and a.id <= $3 and a.kind = 'points'
"""

# What a transfer did to an account's points, it did to the account's lots.
_MOVES = """
    select 0 as entries, min(format('account %s: transfer %s did something else to its lots', m.account_id, m.transfer_id))
        as fault
    from (
        select account_id, transfer_id from (
            select e.account_id, e.transfer_id, e.amount from ledger_entry e
            join ledger_account a on a.tenant_id = $1 and a.id = e.account_id and a.kind = 'points'
            where e.tenant_id = $1 and e.account_id > $2 and e.account_id <= $3
            union all
            select account_id, transfer_id, -amount from ledger_lot
            where tenant_id = $1 and account_id > $2 and account_id <= $3
            union all
            select account_id, transfer_id, -amount from ledger_lot_use
            where tenant_id = $1 and account_id > $2 and account_id <= $3
        ) moves
        group by account_id, transfer_id
        having sum(amount) <> 0
    ) m
"""

_PASSES = (
    (_NEXT_TRANSFER, TRANSFERS_MAX, (_TRANSFERS,), True),
    (_NEXT_ACCOUNT, WALLETS_MAX, (_ACCOUNTS, _LOTS, _MOVES), False),
)


@dataclass(frozen=True, slots=True)
class Progress:
    """So many of the ledger's entries were looked at on the way; `fault` is the first difference, and the end."""

    entries: int
    fault: str | None = None


async def verify(database: Database, tenant_id: UUID) -> AsyncIterator[Progress]:
    """Go through the tenant's ledger, saying after each stretch how far it is."""
    entries = 0
    for following, stretch, questions, is_counted in _PASSES:
        low = _FIRST
        while low != _LAST:
            async with database.transaction(tenant_id) as session:
                connection = await driver(session)
                high = await connection.fetchval(following, tenant_id, low, stretch - 1) or _LAST
                for question in questions:
                    row: Any = await connection.fetchrow(question, tenant_id, low, high)
                    if row["fault"] is not None:
                        yield Progress(entries, row["fault"])
                        return
                    entries += row["entries"] if is_counted else 0
            low = high
            yield Progress(entries)


async def count(database: Database, tenant_id: UUID) -> int:
    """How many entries the tenant's ledger has, about: for a bar of progress."""
    async with database.transaction(tenant_id) as session:
        found: int = await (await driver(session)).fetchval(
            "select count(*) from ledger_entry where tenant_id = $1", tenant_id
        )
    return found
