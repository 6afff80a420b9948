"""Signing in and out. Password and authenticator are both needed; a refusal does not say which of them was wrong.

An attempt is counted and committed before anything is compared. The password is compared with no transaction open,
since that takes its time on purpose.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.db import Database
from backend.staff.attempts import count_attempt, forget_attempts
from backend.staff.credentials import SESSION, Token, Vault, new_token, password_fits
from backend.staff.errors import LoginRefused, StaffTokenInvalid
from backend.staff.models import StaffAccount, StaffRecoveryCode, StaffSession
from backend.staff.permissions import permissions
from backend.staff.queries import account_by_email, lock_account

SESSION_LASTS = timedelta(hours=8)
SESSION_IDLE_MAX = timedelta(minutes=30)
_SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What somebody typed, and the network address from which it came."""

    email: str
    password: str
    code: str
    address: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's token, shown this once, and when it ends at the latest."""

    token: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Staff:
    """The member of staff for whom a request speaks."""

    tenant_id: UUID
    account_id: UUID
    role: str
    partner_id: UUID | None
    token_hash: bytes

    @property
    def actor(self) -> Actor:
        """Them as the audit trail names them."""
        return Actor(self.tenant_id, self.account_id)

    @property
    def permissions(self) -> frozenset[str]:
        """What they may do."""
        return permissions(self.role, partner_scoped=self.partner_id is not None)


async def login(database: Database, vault: Vault, tenant_id: UUID, attempt: Attempt, *, now: datetime) -> SignedIn:
    """A session for whoever knows the password and holds the authenticator, or a recovery code, which it uses up.

    An address that nobody has costs the same work and leaves the same traces. Raises LoginRefused or TooManyLogins.
    """
    async with database.transaction(tenant_id) as session:
        await count_attempt(session, vault.key, tenant_id, email=attempt.email, address=attempt.address, now=now)
        known = await account_by_email(session, tenant_id, attempt.email)
    kept = known.password_hash if known and known.state == "active" else None
    fits = await asyncio.to_thread(password_fits, kept, attempt.password)
    async with database.transaction(tenant_id) as session:
        row = await lock_account(session, tenant_id, known.id) if known else None
        signed = None
        if fits and row and (row.state, row.password_hash) == ("active", kept):
            signed = await _enter(session, vault, row, attempt.code, now=now)
        if signed:
            await forget_attempts(session, vault.key, tenant_id, email=attempt.email)
        action = "staff.signed-in" if signed else "staff.sign-in-refused"
        subject = ("staff", row.id) if row else ("tenant", tenant_id)
        await record(session, Actor(tenant_id, row.id if row else None), action, subject, now=now)
    if signed is None:
        raise LoginRefused
    return signed


async def logout(session: AsyncSession, staff: Staff, *, now: datetime) -> None:
    """End this session; the account's others go on."""
    await session.exec(delete(StaffSession).where(*_is(Token(staff.tenant_id, staff.token_hash))))
    await record(session, staff.actor, "staff.signed-out", ("staff", staff.account_id), now=now)


async def staff_of(session: AsyncSession, token: Token, *, now: datetime) -> Staff:
    """Who the token speaks for; being asked keeps an idle session alive. Raises StaffTokenInvalid."""
    found = await session.exec(
        select(StaffSession, StaffAccount)
        .join(
            StaffAccount,
            (col(StaffAccount.tenant_id) == StaffSession.tenant_id) & (col(StaffAccount.id) == StaffSession.account_id),
        )
        .where(
            *_is(token),
            StaffAccount.state == "active",
            col(StaffSession.expires_at) > now,
            col(StaffSession.seen_at) > now - SESSION_IDLE_MAX,
        )
    )
    pair = found.one_or_none()
    if pair is None:
        raise StaffTokenInvalid
    opened, row = pair
    if now - opened.seen_at > _SEEN_EVERY:
        await session.exec(update(StaffSession).where(*_is(token)).values(seen_at=now))
    return Staff(row.tenant_id, row.id, row.role, row.partner_id, token.hash)


async def _enter(
    session: AsyncSession, vault: Vault, row: StaffAccount, code: str, *, now: datetime
) -> SignedIn | None:
    return await _open(session, row, now=now) if await _second_factor(session, vault, row, code, now=now) else None


async def _second_factor(session: AsyncSession, vault: Vault, row: StaffAccount, code: str, *, now: datetime) -> bool:
    assert row.totp_sealed is not None, "an active account has an authenticator"
    step = vault.step_of(row.totp_sealed, code.strip(), after=row.totp_step, now=now)
    if step is not None:
        row.totp_step = step
        session.add(row)
        return True
    used = await session.exec(
        delete(StaffRecoveryCode)
        .where(
            col(StaffRecoveryCode.tenant_id) == row.tenant_id,
            col(StaffRecoveryCode.account_id) == row.id,
            col(StaffRecoveryCode.code_hash) == vault.recovery_hash(row.id, code),
        )
        .returning(col(StaffRecoveryCode.account_id))
    )
    return used.first() is not None


async def _open(session: AsyncSession, row: StaffAccount, *, now: datetime) -> SignedIn:
    text, token = new_token(SESSION, row.tenant_id)
    own = (col(StaffSession.tenant_id) == row.tenant_id, col(StaffSession.account_id) == row.id)
    await session.exec(delete(StaffSession).where(*own, col(StaffSession.expires_at) <= now))
    opened = StaffSession(
        tenant_id=row.tenant_id,
        token_hash=token.hash,
        account_id=row.id,
        created_at=now,
        seen_at=now,
        expires_at=now + SESSION_LASTS,
    )
    session.add(opened)
    return SignedIn(text, opened.expires_at)


def _is(token: Token) -> tuple[ColumnElement[bool], ...]:
    return col(StaffSession.tenant_id) == token.tenant_id, col(StaffSession.token_hash) == token.hash
