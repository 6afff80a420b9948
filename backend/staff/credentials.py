"""Passwords, authenticator codes, recovery codes and tokens: made, kept so that the tables alone are worthless, compared.

Every comparison takes as long for a wrong secret as for a right one, and as long for an account that does not exist.
"""

import base64
import binascii
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from uuid import UUID

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.kit.sealing import keyed_hash, seal, unseal
from backend.staff.errors import PasswordTooWeak

PASSWORD_LENGTH_MIN = 12
PASSWORD_LENGTH_MAX = 128
RECOVERY_CODES = 10
SESSION, INVITATION = "pgs1_", "pgi1_"
"""How the token of a session and of an invitation begins."""

_SECRET_BYTES = 32
_UUID_BYTES = 16
_RECOVERY_BYTES = 10
_STEP_S = 30
_CODE_DIGITS = 6
_ISSUER = "Paragon"
_AUTHENTICATOR = "staff-authenticator"
_HASHER = PasswordHasher()


@dataclass(frozen=True, slots=True)
class Token:
    """A token's tenant, and the hash by which its row is found."""

    tenant_id: UUID
    hash: bytes


def new_token(prefix: str, tenant_id: UUID) -> tuple[str, Token]:
    """A fresh token, and what is kept of it."""
    content = tenant_id.bytes + secrets.token_bytes(_SECRET_BYTES)
    text = prefix + base64.urlsafe_b64encode(content).decode()
    return text, Token(tenant_id, sha256(content).digest())


def read_token(prefix: str, text: str) -> Token | None:
    """What would be kept of that token; None if it is none."""
    try:
        content = base64.b64decode(text.removeprefix(prefix), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    if not text.startswith(prefix) or len(content) != _UUID_BYTES + _SECRET_BYTES:
        return None
    return Token(UUID(bytes=content[:_UUID_BYTES]), sha256(content).digest())


def hash_password(password: str, *, email: str) -> str:
    """The password's argon2 hash. Raises PasswordTooWeak."""
    if not PASSWORD_LENGTH_MIN <= len(password) <= PASSWORD_LENGTH_MAX or password.lower() == email:
        raise PasswordTooWeak(shortest=str(PASSWORD_LENGTH_MIN), longest=str(PASSWORD_LENGTH_MAX))
    return _HASHER.hash(password)


def password_fits(kept: str | None, password: str) -> bool:
    """Whether it is the password; without one the same work is done in vain."""
    try:
        return _HASHER.verify(kept or _nobodys(), password[: PASSWORD_LENGTH_MAX + 1]) and kept is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return _HASHER.hash(secrets.token_hex(_SECRET_BYTES))


class Vault:
    """What needs the installation's key: authenticator secrets, sealed, and the hashes of recovery codes."""

    def __init__(self, key: bytes) -> None:
        self.key = key

    def new_secret(self) -> tuple[str, bytes]:
        """A fresh authenticator secret, plain and sealed."""
        secret = pyotp.random_base32()
        return secret, seal(self.key, _AUTHENTICATOR, secret)

    def step_of(self, sealed: bytes, code: str, *, after: int, now: datetime) -> int | None:
        """The step whose code this is: the present one or a neighbour, later than `after`; None if it fits none."""
        totp = pyotp.TOTP(unseal(self.key, _AUTHENTICATOR, sealed), digits=_CODE_DIGITS, interval=_STEP_S)
        present = int(now.timestamp()) // _STEP_S
        fitting = [step for step in range(present - 1, present + 2) if _same(totp.generate_otp(step), code)]
        return next((step for step in fitting if step > after), None)

    def new_recovery_codes(self) -> list[str]:
        """Fresh codes to print and keep."""
        return [_grouped(base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES))) for _ in range(RECOVERY_CODES)]

    def recovery_hash(self, account_id: UUID, code: str) -> bytes:
        """What is kept of a recovery code; blanks, dashes and case do not matter."""
        plain = "".join(code.split()).replace("-", "").upper()
        return keyed_hash(self.key, "staff-recovery", account_id.bytes + plain.encode(errors="replace"))


def authenticator_uri(secret: str, *, email: str, tenant: str) -> str:
    """What an authenticator app reads from a QR code."""
    return pyotp.TOTP(secret, digits=_CODE_DIGITS, interval=_STEP_S).provisioning_uri(
        name=email, issuer_name=f"{_ISSUER} {tenant}"
    )


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode(errors="replace"))


def _grouped(code: bytes) -> str:
    text = code.decode().lower()
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
