"""Which devices want to hear of which pass.

Registering again is the same registration. One installation has been seen to register hundreds of times under new ids,
so new devices of a pass are counted, and beyond a few the one that came first is forgotten.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import driver
from backend.kit.limits import Limit, Take, take
from backend.kit.sealing import keyed_hash, seal, unseal
from backend.passes.errors import PassTokenInvalid, TooManyRegistrations
from backend.passes.models import AppleRegistration
from backend.passes.service import issued

DEVICES_MAX = 20
"""Devices that hear of one pass."""
NEW_DEVICES = Limit("apple-registrations", 30, 3600)
_SEALED = "apple-push-token"
_EPOCH, _MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)

_RENEW = """
    update apple_registration set push_token_sealed = $4 where tenant_id = $1 and device = $2 and pass_id = $3
    returning 1
"""
_REGISTER = """
    insert into apple_registration as kept (tenant_id, device, pass_id, push_token_sealed, seq, created_at)
    values ($1, $2, $3, $4, 0, $5)
    on conflict (tenant_id, device, pass_id) do update set push_token_sealed = excluded.push_token_sealed
    returning xmax = 0
"""
_LOCK_DEVICES = """
    select pg_advisory_xact_lock(hashtextextended(encode(device, 'hex'), 0)) from (
        select distinct device from apple_registration where tenant_id = $1 and pass_id = any($2) order by device
    ) devices
"""
# By the clock too: a device may have taken the registration with the highest number with it.
_COUNT_UP = """
    update apple_registration r set seq = greatest($3, (
        select max(o.seq) + 1 from apple_registration o where o.tenant_id = r.tenant_id and o.device = r.device
    ))
    where r.tenant_id = $1 and r.pass_id = any($2)
    returning r.device, r.pass_id, r.push_token_sealed
"""


@dataclass(frozen=True, slots=True)
class Listener:
    """A registered device as it was read: whoever registers anew has another seal."""

    device: bytes
    pass_id: UUID
    push_token_sealed: bytes


@dataclass(frozen=True, slots=True)
class News:
    """The passes of a device that changed since it last asked, and what to ask with next time."""

    serials: list[UUID]
    tag: int


def device_hash(key: bytes, device: str) -> bytes:
    """What is kept of a device's id."""
    return keyed_hash(key, "apple-device", device.encode())


async def register(
    session: AsyncSession, *, tenant_id: UUID, pass_id: UUID, device: str, push_token: str, key: bytes, now: datetime
) -> bool:
    """Whether the device is new to the pass; either way it hears of it by this token from now on.

    Raises TooManyRegistrations, or PassTokenInvalid for a pass that was never given out.
    """
    connection = await driver(session)
    sealed, hashed = seal(key, _SEALED, push_token), device_hash(key, device)
    if await connection.fetchval(_RENEW, tenant_id, hashed, pass_id, sealed):
        return False
    if await issued(session, tenant_id, pass_id) is None:
        raise PassTokenInvalid
    wait_s = await take(session, key, [Take(NEW_DEVICES, f"{tenant_id}:{pass_id}")], now=now)
    if wait_s is not None:
        raise TooManyRegistrations(retry_after_s=wait_s)
    is_new: bool = await connection.fetchval(_REGISTER, tenant_id, hashed, pass_id, sealed, now)
    await _forget_the_first(session, tenant_id, pass_id)
    return is_new


async def unregister(session: AsyncSession, *, tenant_id: UUID, pass_id: UUID, device: str, key: bytes) -> None:
    """The device hears of the pass no more; twice is once."""
    await session.exec(
        delete(AppleRegistration).where(
            col(AppleRegistration.tenant_id) == tenant_id,
            col(AppleRegistration.device) == device_hash(key, device),
            col(AppleRegistration.pass_id) == pass_id,
        )
    )


async def news(session: AsyncSession, *, tenant_id: UUID, device: str, since: int | None, key: bytes) -> News:
    """What of the device's passes changed after `since`; all of them when it never asked."""
    query = select(AppleRegistration.pass_id, AppleRegistration.seq).where(
        AppleRegistration.tenant_id == tenant_id, AppleRegistration.device == device_hash(key, device)
    )
    if since is not None:
        query = query.where(col(AppleRegistration.seq) > since)
    found = (await session.exec(query.order_by(col(AppleRegistration.pass_id)))).all()
    return News([pass_id for pass_id, _ in found], max((seq for _, seq in found), default=since or 0))


async def count_up(session: AsyncSession, tenant_id: UUID, passes: list[UUID], *, now: datetime) -> list[Listener]:
    """Let those who ask from now on learn that the passes changed; who is registered for them.

    Locks their devices until the transaction ends, in one order.
    """
    connection = await driver(session)
    await connection.execute(_LOCK_DEVICES, tenant_id, passes)
    rows = await connection.fetch(_COUNT_UP, tenant_id, passes, (now - _EPOCH) // _MICROSECOND)
    return [Listener(row["device"], row["pass_id"], row["push_token_sealed"]) for row in rows]


def push_token(key: bytes, listener: Listener) -> str:
    """Where the device takes pushes."""
    return unseal(key, _SEALED, listener.push_token_sealed)


async def forget(session: AsyncSession, tenant_id: UUID, gone: list[Listener]) -> None:
    """Delete registrations whose push tokens are void, unless the device has registered anew meanwhile."""
    for listener in gone:
        await session.exec(
            delete(AppleRegistration).where(
                col(AppleRegistration.tenant_id) == tenant_id,
                col(AppleRegistration.device) == listener.device,
                col(AppleRegistration.push_token_sealed) == listener.push_token_sealed,
            )
        )


async def _forget_the_first(session: AsyncSession, tenant_id: UUID, pass_id: UUID) -> None:
    """Keep the newest devices of the pass; the limit's lock, taken before, makes those who register at once queue."""
    of_pass = (col(AppleRegistration.tenant_id) == tenant_id, col(AppleRegistration.pass_id) == pass_id)
    newest = col(AppleRegistration.created_at).desc(), col(AppleRegistration.device)
    kept = select(AppleRegistration.device).where(*of_pass).order_by(*newest).offset(DEVICES_MAX)
    await session.exec(delete(AppleRegistration).where(*of_pass, col(AppleRegistration.device).in_(kept)))
