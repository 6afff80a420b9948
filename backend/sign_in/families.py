"""Sign-ins that last: short access tokens, and a refresh token that is exchanged for its successor each time.

A refresh token is good once. Presented again within the grace it gets the very same answer, because an answer may be
lost on its way; presented later, it ends its family, because one of two holders is a thief. The successor is derived
from the token itself and the installation's key, so repeating an answer needs nothing kept but hashes.
"""

import secrets
import struct
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.ids import new_id
from backend.kit.sealing import keyed_hash, read_signed, signed_text
from backend.members.tokens import Caller, TokenExpired, TokenInvalid, issue_token
from backend.sign_in.errors import TokenReused
from backend.sign_in.models import TokenFamily
from backend.sign_in.rules import SignInRules

_PURPOSE = "refresh-token"
_SUCCESSOR = "refresh-token-successor"
_STORED = "refresh-token-hash"
_PREFIX = "pgr1_"
_NONCE_BYTES = 16
_BODY = struct.Struct(f">16s16s{_NONCE_BYTES}s")
_FORGOTTEN_MAX = 20


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client holds: the access token is good for `expires_in_s` seconds from when it was made."""

    access: str
    refresh: str
    expires_in_s: int


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """A refresh token that this installation made; whether it is still good, its family knows."""

    tenant_id: UUID
    family_id: UUID
    nonce: bytes

    @property
    def body(self) -> bytes:
        """Its bytes without what proves them."""
        return _BODY.pack(self.tenant_id.bytes, self.family_id.bytes, self.nonce)

    def hashed(self, key: bytes) -> bytes:
        """What the family keeps of it."""
        return keyed_hash(key, _STORED, self.body)

    def successor(self, key: bytes) -> "RefreshToken":
        """The one token that it is exchanged for."""
        nonce = keyed_hash(key, _SUCCESSOR, self.body)[:_NONCE_BYTES]
        return RefreshToken(self.tenant_id, self.family_id, nonce)


def read_refresh(key: bytes, text: str) -> RefreshToken:
    """The token that the text is. Raises TokenInvalid for one that was not made here."""
    body = read_signed(key, _PURPOSE, _PREFIX, text)
    if body is None or len(body) != _BODY.size:
        raise TokenInvalid
    tenant, family, nonce = _BODY.unpack(body)
    return RefreshToken(UUID(bytes=tenant), UUID(bytes=family), nonce)


async def open_family(
    session: AsyncSession, *, tenant_id: UUID, member_id: UUID, key: bytes, rules: SignInRules, now: datetime
) -> Tokens:
    """A new sign-in of the member. A few families whose time is over are deleted on the way."""
    await _forget_old(session, tenant_id, now)
    token = RefreshToken(tenant_id, new_id(), secrets.token_bytes(_NONCE_BYTES))
    family = TokenFamily(
        tenant_id=tenant_id,
        id=token.family_id,
        member_id=member_id,
        current_hash=token.hashed(key),
        rotated_at=now,
        expires_at=now + rules.refresh_valid,
        created_at=now,
    )
    session.add(family)
    return _tokens(key, family, token, rules)


async def refresh(
    session: AsyncSession, token: RefreshToken, *, key: bytes, rules: SignInRules, now: datetime
) -> Tokens | TokenReused:
    """The tokens that this one is exchanged for; or that it was used before, which has ended its family: commit it.

    Under the family's lock, so that of many at once one exchanges and the others repeat its answer. Raises TokenInvalid
    for a family that has ended, TokenExpired for one that was not used for too long.
    """
    family = await _locked(session, token)
    if family is None or family.ended_at is not None:
        raise TokenInvalid
    if now >= family.expires_at:
        raise TokenExpired
    presented = token.hashed(key)
    successor = token.successor(key)
    if secrets.compare_digest(presented, family.current_hash):
        family.previous_hash, family.current_hash = presented, successor.hashed(key)
        family.rotations += 1
        family.rotated_at = now
        family.expires_at = now + rules.refresh_valid
        session.add(family)
        return _tokens(key, family, successor, rules)
    is_last = family.previous_hash is not None and secrets.compare_digest(presented, family.previous_hash)
    if is_last and now <= family.rotated_at + rules.refresh_grace:
        return _tokens(key, family, successor, rules)
    family.ended_at = now
    session.add(family)
    return TokenReused()


async def end_family(session: AsyncSession, token: RefreshToken, *, now: datetime) -> None:
    """Sign out: no token of the family is exchanged any more. Twice is once; an old token of the family will do."""
    await session.exec(
        update(TokenFamily)
        .where(
            col(TokenFamily.tenant_id) == token.tenant_id,
            col(TokenFamily.id) == token.family_id,
            col(TokenFamily.ended_at).is_(None),
        )
        .values(ended_at=now)
    )


def _tokens(key: bytes, family: TokenFamily, token: RefreshToken, rules: SignInRules) -> Tokens:
    """Tokens as of the family's last exchange: the same for whoever asks for them again."""
    caller = Caller(family.tenant_id, family.member_id)
    return Tokens(
        access=issue_token(key, caller, expires_at=family.rotated_at + rules.access_valid),
        refresh=signed_text(key, _PURPOSE, _PREFIX, token.body),
        expires_in_s=int(rules.access_valid.total_seconds()),
    )


async def _locked(session: AsyncSession, token: RefreshToken) -> TokenFamily | None:
    found = await session.exec(
        select(TokenFamily)
        .where(TokenFamily.tenant_id == token.tenant_id, TokenFamily.id == token.family_id)
        .with_for_update()
    )
    return found.one_or_none()


async def _forget_old(session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
    old = (
        select(TokenFamily.id)
        .where(TokenFamily.tenant_id == tenant_id, TokenFamily.expires_at < now)
        .limit(_FORGOTTEN_MAX)
        .with_for_update(skip_locked=True)
    )
    await session.exec(delete(TokenFamily).where(col(TokenFamily.tenant_id) == tenant_id, col(TokenFamily.id).in_(old)))
