"""What is kept secret under the installation's key: hashes to find by, seals to read back, texts nobody else can make.

Every use names its purpose, and each purpose has a key of its own: what was made for one is worth nothing to another.
"""

import base64
import binascii
import hmac

from cryptography.fernet import Fernet

_DIGEST_BYTES = 32


def keyed_hash(key: bytes, purpose: str, value: bytes) -> bytes:
    """The value's hash, which only the key's holder can repeat: equal values can be found, none can be guessed."""
    return hmac.digest(key, purpose.encode() + b"\0" + value, "sha256")


def seal(key: bytes, purpose: str, text: str) -> bytes:
    """The text encrypted; sealing twice gives two different seals."""
    return _fernet(key, purpose).encrypt(text.encode())


def unseal(key: bytes, purpose: str, sealed: bytes) -> str:
    """The text that was sealed. Under another key or purpose raises cryptography's InvalidToken, an operator's matter."""
    return _fernet(key, purpose).decrypt(sealed).decode()


def signed_text(key: bytes, purpose: str, prefix: str, body: bytes) -> str:
    """The body, readable by anyone, and what proves that it was made here, as one URL-safe text."""
    return prefix + base64.urlsafe_b64encode(body + keyed_hash(key, purpose, body)).decode().rstrip("=")


def read_signed(key: bytes, purpose: str, prefix: str, text: str) -> bytes | None:
    """The body of a signed text, or None when it was not made here for this purpose. The length is the caller's matter."""
    if not text.startswith(prefix):
        return None
    encoded = text.removeprefix(prefix)
    try:
        signed = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    body, proof = signed[:-_DIGEST_BYTES], signed[-_DIGEST_BYTES:]
    return body if hmac.compare_digest(proof, keyed_hash(key, purpose, body)) else None


def _fernet(key: bytes, purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(keyed_hash(key, "seal", purpose.encode())))
