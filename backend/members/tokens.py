"""Members' bearer tokens: who speaks, for which tenant, until when, under the installation's key.

A token is checked without the database. Whoever holds the key may make one; nothing in it is secret.
"""

import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar
from uuid import UUID

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.sealing import read_signed, signed_text

_PURPOSE = "member-token"
_PREFIX = "pgn1_"
_BODY = struct.Struct(">16s16sQ")


class TokenInvalid(ParagonError):
    """No token, or one that this installation did not make."""

    code: ClassVar[str] = "token-invalid"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "Please sign in."


class TokenExpired(ParagonError):
    """A token whose time is over."""

    code: ClassVar[str] = "token-expired"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "Your sign-in has expired. Please sign in again."


@dataclass(frozen=True, slots=True)
class Caller:
    """The member for whom a request speaks."""

    tenant_id: UUID
    member_id: UUID


def issue_token(key: bytes, caller: Caller, *, expires_at: datetime) -> str:
    """A token for the caller, valid to the whole second of `expires_at`."""
    body = _BODY.pack(caller.tenant_id.bytes, caller.member_id.bytes, int(expires_at.timestamp()))
    return signed_text(key, _PURPOSE, _PREFIX, body)


def read_token(key: bytes, token: str, *, now: datetime) -> Caller:
    """Who the token speaks for. Raises TokenInvalid or TokenExpired."""
    body = read_signed(key, _PURPOSE, _PREFIX, token)
    if body is None or len(body) != _BODY.size:
        raise TokenInvalid
    tenant, member, expires = _BODY.unpack(body)
    if now >= datetime.fromtimestamp(expires, UTC):
        raise TokenExpired
    return Caller(UUID(bytes=tenant), UUID(bytes=member))
