"""What the ledger does by the clock: holds end, points expire, members are told beforehand, the day is sealed.

Each is done tenant by tenant in portions, a transaction each, and may be done by several at once: the second finds
nothing left. No balance waits for it: what has expired is not available from that moment on.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database, driver
from backend.ledger.posting import note_change
from backend.ledger.seals import seal
from backend.messages.service import write
from backend.programmes.models import Programme
from backend.programmes.queries import programmes, tenant, tenants

PORTION = 500

_LAPSE = "select public.ledger_lapse($1, $2)"
_EXPIRE = "select * from public.ledger_expire($1, $2, $3)"
_WARN = "select * from public.ledger_warn($1, $2::uuid[], $3)"
_SOON = """
    select expires_at, account_id from ledger_lot
    where tenant_id = $1 and remaining > held and expires_at > $2 and expires_at <= $3
        and (expires_at, account_id) > ($4, $5)
    group by expires_at, account_id
    order by expires_at, account_id
    limit $6
"""


@dataclass(slots=True)
class Done:
    """How much was done: holds that ended, wallets that lost points, the members that were told, new seals."""

    holds: int = 0
    wallets: int = 0
    warnings: int = 0
    seals: int = 0


async def keep_books(database: Database, tenant_id: UUID, *, now: datetime) -> Done:
    """Do all that is due for the tenant but sealing."""
    return Done(
        holds=await _repeated(database, tenant_id, _lapse),
        wallets=await expire(database, tenant_id, now=now),
        warnings=await warn(database, tenant_id, now=now),
    )


async def keep_all_books(database: Database, *, now: datetime) -> Done:
    """Do all that is due for every tenant, and seal what was posted."""
    done = Done()
    async with database.transaction(None) as session:
        everyone = [each.id for each in await tenants(session)]
    for tenant_id in everyone:
        kept = await keep_books(database, tenant_id, now=now)
        done.holds += kept.holds
        done.wallets += kept.wallets
        done.warnings += kept.warnings
        done.seals += await seal(database, tenant_id)
    return done


async def expire(database: Database, tenant_id: UUID, *, now: datetime) -> int:
    """Take what is left of the tenant's lots whose time is over, but what is held of them; from how many wallets."""

    async def portion(session: AsyncSession) -> int:
        rows = await (await driver(session)).fetch(_EXPIRE, tenant_id, now, PORTION)
        for row in rows:
            note_change(session, tenant_id, row["member"], row["transfer"], now)
        return len(rows)

    return await _repeated(database, tenant_id, lambda session, _: portion(session))


async def warn(database: Database, tenant_id: UUID, *, now: datetime) -> int:
    """Tell members what expires within their programme's days of warning; how many were told.

    A lot is told of once, and a member once in so many days: the message is about all lots until then.
    """
    async with database.transaction(tenant_id) as session:
        own = {row.id: row for row in await programmes(session, tenant_id)}
        zone = ZoneInfo((await tenant(session, tenant_id)).time_zone)
    until = now + timedelta(days=max(row.points_warning_days for row in own.values())) if own else now
    told, place = 0, (now, UUID(int=0))
    while True:
        async with database.transaction(tenant_id) as session:
            connection = await driver(session)
            found = await connection.fetch(_SOON, tenant_id, now, until, *place, PORTION)
            if not found:
                return told
            place = (found[-1]["expires_at"], found[-1]["account_id"])
            for row in await connection.fetch(_WARN, tenant_id, list({row["account_id"] for row in found}), now):
                await _tell(session, tenant_id, own[row["programme"]], row, zone, now)
                told += 1


async def _tell(
    session: AsyncSession, tenant_id: UUID, programme: Programme, row: Record, zone: ZoneInfo, now: datetime
) -> None:
    await write(
        session,
        tenant_id=tenant_id,
        member_id=row["member"],
        event="points-expiring",
        params={
            "points": row["points"],
            "points_decimals": programme.points_decimals,
            "programme": programme.name,
            "on": row["first_at"].astimezone(zone).date().isoformat(),
        },
        reference=f"points-expiring:{row['account']}:{row['first_at']:%Y%m%dT%H%M%S%f}",
        now=now,
    )


async def _lapse(session: AsyncSession, tenant_id: UUID) -> int:
    ended: int = await (await driver(session)).fetchval(_LAPSE, tenant_id, PORTION)
    return ended


async def _repeated(
    database: Database, tenant_id: UUID, portion: Callable[[AsyncSession, UUID], Awaitable[int]]
) -> int:
    total = 0
    while True:
        async with database.transaction(tenant_id) as session:
            done = await portion(session, tenant_id)
        if not done:  # fewer than a portion says nothing: another may have done some of it
            return total
        total += done
