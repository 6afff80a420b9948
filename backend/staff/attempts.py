"""How often one may try to sign in, counted before anything is compared, so that tries at once cannot pass together.

An e-mail address that nobody has is counted like any other, so that a lock says nothing.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.limits import Limit, Take, forget, take
from backend.staff.errors import TooManyLogins

PER_ACCOUNT = Limit("staff-account", 5, 15 * 60)
PER_ADDRESS = Limit("staff-address", 30, 15 * 60)
"""Of a network address tries that succeed count, too: somebody with an account of their own gets no more of them."""


async def count_attempt(
    session: AsyncSession, key: bytes, tenant_id: UUID, *, email: str, address: str, now: datetime
) -> None:
    """Count one more attempt of the account and of the network address. Raises TooManyLogins, which counts nothing."""
    takes = [Take(PER_ACCOUNT, _account(tenant_id, email)), Take(PER_ADDRESS, f"{tenant_id}\0{address}")]
    wait_s = await take(session, key, takes, now=now)
    if wait_s is not None:
        raise TooManyLogins(retry_after_s=wait_s)


async def forget_attempts(session: AsyncSession, key: bytes, tenant_id: UUID, *, email: str) -> None:
    """The account's person signed in: its failures no longer count."""
    await forget(session, key, PER_ACCOUNT, _account(tenant_id, email))


def _account(tenant_id: UUID, email: str) -> str:
    return f"{tenant_id}\0{email.strip().lower()}"
