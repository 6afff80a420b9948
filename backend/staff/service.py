"""Staff accounts: invited, given another role, blocked. Each change is written to the audit trail beside it.

A change of rights ends the account's sessions, so that nobody works on under old ones.
"""

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.programmes.queries import partners
from backend.staff.credentials import INVITATION, new_token
from backend.staff.errors import LastOwner, OwnAccount, StaffExists, StaffMalformed
from backend.staff.models import StaffAccount, StaffRecoveryCode, StaffSession
from backend.staff.permissions import ROLES
from backend.staff.queries import account_by_email, lock_account, lock_owners

INVITATION_LASTS = timedelta(days=7)
_EMAIL = re.compile(r"[^@\s]{1,64}@[a-z0-9.-]{1,180}\.[a-z]{2,24}")


async def invite(
    session: AsyncSession, actor: Actor, *, email: str, role: str, partner_id: UUID | None = None, now: datetime
) -> tuple[StaffAccount, str]:
    """An account that waits for its person, and the one-time token that lets them in.

    Inviting again, a blocked account too, replaces the token before. Raises StaffExists for an active account, and
    StaffMalformed.
    """
    address = email.strip().lower()
    if not _EMAIL.fullmatch(address):
        raise StaffMalformed(value=email[:80], what="e-mail")
    await _check_rights(session, actor.tenant_id, role, partner_id)
    row = await account_by_email(session, actor.tenant_id, address)
    if row is not None:
        row = await lock_account(session, actor.tenant_id, row.id)
        if row.state == "active":
            raise StaffExists
    before = document(row) if row else {}
    if row is None:
        row = StaffAccount(tenant_id=actor.tenant_id, id=new_id(), email=address, role=role, created_at=now)
    row.role, row.partner_id = role, partner_id
    token = await _reinvite(session, row, now)
    await record(session, actor, "staff.invited", ("staff", row.id), before=before, after=document(row), now=now)
    return row, token


async def reset(session: AsyncSession, actor: Actor, account_id: UUID, *, now: datetime) -> tuple[StaffAccount, str]:
    """Take password, authenticator and recovery codes from an account, and the token to choose new ones.

    For a person who lost them; the tenant's last owner too. Raises StaffNotFound.
    """
    row = await lock_account(session, actor.tenant_id, account_id)
    before = document(row)
    token = await _reinvite(session, row, now)
    await record(session, actor, "staff.reset", ("staff", row.id), before=before, after=document(row), now=now)
    return row, token


async def change_role(
    session: AsyncSession, actor: Actor, account_id: UUID, *, role: str, partner_id: UUID | None, now: datetime
) -> StaffAccount:
    """Give the account other rights; the same again changes nothing.

    Raises StaffNotFound, StaffMalformed, OwnAccount or LastOwner.
    """
    await _check_rights(session, actor.tenant_id, role, partner_id)
    row = await _changeable(session, actor, account_id)
    if (row.role, row.partner_id) == (role, partner_id):
        return row
    before = document(row)
    row.role, row.partner_id = role, partner_id
    session.add(row)
    await end_sessions(session, row)
    await record(session, actor, "staff.role-changed", ("staff", row.id), before=before, after=document(row), now=now)
    return row


async def block(session: AsyncSession, actor: Actor, account_id: UUID, *, now: datetime) -> StaffAccount:
    """Shut the account out at once; twice is once. Raises StaffNotFound, OwnAccount or LastOwner."""
    row = await _changeable(session, actor, account_id)
    if row.state == "blocked":
        return row
    before = document(row)
    row.state, row.invitation_hash, row.invited_until = "blocked", None, None
    session.add(row)
    await end_sessions(session, row)
    await record(session, actor, "staff.blocked", ("staff", row.id), before=before, after=document(row), now=now)
    return row


async def end_sessions(session: AsyncSession, row: StaffAccount) -> None:
    """Sign the account out everywhere."""
    await session.exec(
        delete(StaffSession).where(col(StaffSession.tenant_id) == row.tenant_id, col(StaffSession.account_id) == row.id)
    )


def document(row: StaffAccount) -> dict[str, Any]:
    """What the audit trail keeps of an account: rights and state, no name and no address."""
    return {"role": row.role, "state": row.state, "partner": str(row.partner_id) if row.partner_id else None}


async def _reinvite(session: AsyncSession, row: StaffAccount, now: datetime) -> str:
    text, token = new_token(INVITATION, row.tenant_id)
    row.state, row.invitation_hash, row.invited_until = "invited", token.hash, now + INVITATION_LASTS
    row.password_hash, row.totp_sealed = None, None
    session.add(row)
    await session.flush()  # codes and sessions point to it
    await session.exec(
        delete(StaffRecoveryCode).where(
            col(StaffRecoveryCode.tenant_id) == row.tenant_id, col(StaffRecoveryCode.account_id) == row.id
        )
    )
    await end_sessions(session, row)
    return text


async def _changeable(session: AsyncSession, actor: Actor, account_id: UUID) -> StaffAccount:
    if account_id == actor.account_id:
        raise OwnAccount
    owners = await lock_owners(session, actor.tenant_id)
    row = await lock_account(session, actor.tenant_id, account_id)
    if owners == [row.id]:
        raise LastOwner
    return row


async def _check_rights(session: AsyncSession, tenant_id: UUID, role: str, partner_id: UUID | None) -> None:
    if role not in ROLES:
        raise StaffMalformed(value=role[:80], what="role")
    if partner_id is not None and partner_id not in {row.id for row in await partners(session, tenant_id)}:
        raise StaffMalformed(value=str(partner_id), what="partner")
    if partner_id is not None and role == "owner":
        raise StaffMalformed(value=str(partner_id), what="an owner's partner")
