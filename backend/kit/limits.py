"""How often something may happen to an address, counted exactly by all processes together, without keeping the address.

A counter is found by a keyed hash of what it counts, and its row's lock makes those who count at once queue. A window
is cut into sixty slots, and a slot counts until all of it has left: no stretch of time as long as the window ever
holds more than the limit, and a row stays small however high the limit is.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import LargeBinary, delete, text
from sqlmodel import Field, SQLModel, col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.sealing import keyed_hash
from backend.kit.tables import Document, Timestamp

SLOTS = 60
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PURPOSE = "contact-counter"


class ContactCounter(SQLModel, table=True):
    """How often per slot. Outside the wall: an address is spared however many tenants want to write to it."""

    __tablename__ = "contact_counter"

    key: bytes = Field(primary_key=True)
    counts: dict[str, int] = Field(sa_type=Document)
    expires_at: datetime = Field(sa_type=Timestamp, index=True)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most so many in any `window_s` seconds; `scope` is the stable name of what is counted."""

    scope: str
    count_max: int
    window_s: int


@dataclass(frozen=True, slots=True)
class Take:
    """One more of what the limit counts about the subject. A cost of 0 asks for room and takes none."""

    limit: Limit
    subject: str
    cost: int = 1


_OPEN = text("""
    insert into contact_counter as kept (key, counts, expires_at)
    select key, '{}', expires_at
    from unnest(cast(:keys as bytea[]), cast(:expiries as timestamptz[])) as asked (key, expires_at)
    order by key
    on conflict (key) do update set expires_at = greatest(kept.expires_at, excluded.expires_at)
    returning key, counts
""").columns(key=LargeBinary, counts=Document)
_WRITE = text("""
    update contact_counter as kept set counts = cast(taken.counts as jsonb)
    from unnest(cast(:keys as bytea[]), cast(:counts as text[])) as taken (key, counts)
    where kept.key = taken.key
""")
_FORGET = text("""
    delete from contact_counter where key = any(array(
        select key from contact_counter where expires_at < :now order by expires_at limit 20 for update skip locked
    ))
""")


async def take(session: AsyncSession, key: bytes, takes: Sequence[Take], *, now: datetime) -> int | None:
    """Take all or, where one has no room, none: then the seconds after which all of them may have.

    Holds the counters' rows until the transaction ends, locked in one order whatever the order of `takes`. A few
    counters whose time is over are deleted on the way.
    """
    by_key = {_key(key, asked.limit, asked.subject): asked for asked in takes}
    connection = await session.connection()
    await connection.execute(_FORGET, {"now": now})
    opened = await connection.execute(
        _OPEN, {"keys": list(by_key), "expiries": [_expires_at(asked.limit, now) for asked in by_key.values()]}
    )
    after: dict[bytes, dict[str, int]] = {}
    waits = []
    for row in opened:
        counts, wait_s = _count(row.counts, by_key[row.key], now)
        after[row.key] = counts
        waits.append(wait_s)
    if any(waits):
        return max(waits)
    await connection.execute(_WRITE, {"keys": list(after), "counts": [json.dumps(counts) for counts in after.values()]})
    return None


async def forget(session: AsyncSession, key: bytes, limit: Limit, subject: str) -> None:
    """Begin anew to count this about the subject."""
    await session.exec(delete(ContactCounter).where(col(ContactCounter.key) == _key(key, limit, subject)))


def _key(key: bytes, limit: Limit, subject: str) -> bytes:
    return keyed_hash(key, _PURPOSE, f"{limit.scope}\0{subject}".encode())


def _expires_at(limit: Limit, now: datetime) -> datetime:
    return now + timedelta(seconds=limit.window_s) * (SLOTS + 1) / SLOTS


def _count(counts: Mapping[str, int], asked: Take, now: datetime) -> tuple[dict[str, int], int]:
    """The slots that still count with the cost added, and 0; or unchanged, and the seconds until there is room."""
    slot_ms = -(-asked.limit.window_s * 1000 // SLOTS)
    now_ms = (now - _EPOCH) // timedelta(milliseconds=1)
    slot = now_ms // slot_ms
    live = {int(then): count for then, count in counts.items() if int(then) >= slot - SLOTS}
    over = sum(live.values()) + max(asked.cost, 1) - asked.limit.count_max
    if over <= 0:
        live[slot] = live.get(slot, 0) + asked.cost
        return {str(then): count for then, count in live.items() if count}, 0
    return dict(counts), _wait_s(live, over, slot_ms, now_ms)


def _wait_s(live: Mapping[int, int], over: int, slot_ms: int, now_ms: int) -> int:
    """Whole seconds, at least one, until the oldest slots that hold `over` have left the window."""
    for then in sorted(live):
        over -= live[then]
        if over <= 0:
            return -(-((then + SLOTS + 1) * slot_ms - now_ms) // 1000)
    raise AssertionError("a limit lets nothing through")
