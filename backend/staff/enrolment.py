"""Accepting an invitation: the person gets an authenticator secret, then proves it and chooses a password.

The invitation is used up by that second step alone; the first may be repeated, each time with a new secret.
"""

import asyncio
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.db import Database
from backend.programmes.queries import tenant
from backend.staff.credentials import Token, Vault, authenticator_uri, hash_password
from backend.staff.errors import AuthenticatorCodeWrong, InvitationInvalid
from backend.staff.models import StaffAccount, StaffRecoveryCode
from backend.staff.service import document


async def open_invitation(session: AsyncSession, vault: Vault, token: Token, *, now: datetime) -> tuple[str, str]:
    """The account's e-mail address, and the address from which an authenticator app takes a fresh secret.

    Raises InvitationInvalid.
    """
    row = await _invited(session, token, now)
    secret, row.totp_sealed = vault.new_secret()
    session.add(row)
    own = await tenant(session, token.tenant_id)
    return row.email, authenticator_uri(secret, email=row.email, tenant=own.name)


async def accept_invitation(
    database: Database, vault: Vault, token: Token, *, password: str, code: str, now: datetime
) -> list[str]:
    """Make the account active; the recovery codes, which are shown this once.

    The password is hashed with no transaction open, since that takes its time on purpose. Raises InvitationInvalid,
    also before it was opened, PasswordTooWeak and AuthenticatorCodeWrong.
    """
    async with database.transaction(token.tenant_id) as session:
        email = (await _invited(session, token, now)).email
    hashed = await asyncio.to_thread(hash_password, password, email=email)
    async with database.transaction(token.tenant_id) as session:
        row = await _invited(session, token, now)
        if row.totp_sealed is None:
            raise InvitationInvalid
        step = vault.step_of(row.totp_sealed, code.strip(), after=0, now=now)
        if step is None:
            raise AuthenticatorCodeWrong
        before = document(row)
        row.state, row.password_hash, row.totp_step = "active", hashed, step
        row.invitation_hash, row.invited_until = None, None
        session.add(row)
        codes = vault.new_recovery_codes()
        session.add_all(
            StaffRecoveryCode(tenant_id=row.tenant_id, account_id=row.id, code_hash=vault.recovery_hash(row.id, one))
            for one in codes
        )
        actor = Actor(row.tenant_id, row.id)
        await record(session, actor, "staff.enrolled", ("staff", row.id), before=before, after=document(row), now=now)
    return codes


async def _invited(session: AsyncSession, token: Token, now: datetime) -> StaffAccount:
    found = await session.exec(
        select(StaffAccount)
        .where(
            StaffAccount.tenant_id == token.tenant_id,
            StaffAccount.invitation_hash == token.hash,
            StaffAccount.state == "invited",
            col(StaffAccount.invited_until) > now,
        )
        .with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise InvitationInvalid
    return row
