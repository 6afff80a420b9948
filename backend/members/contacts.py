"""How a person is reached: a phone number or an e-mail address, in the one spelling by which it is known again.

It is kept twice, never as it stands: as a keyed hash, to find the member by, and sealed, to send to.
"""

import re
from dataclasses import dataclass
from typing import Literal

from backend.kit.sealing import keyed_hash, seal, unseal
from backend.members.errors import EmailMalformed, PhoneMalformed

ContactKind = Literal["phone", "email"]

_SHOWN_MAX = 32
_SEALED = "contact"
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_PHONE_PREFIX_LENGTH = len("+38160")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"(?=.{{6,254}}$)[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+{_LABEL}")


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of a kind in its one spelling: E.164, or an e-mail address in lower case."""

    kind: ContactKind
    value: str

    @property
    def prefix(self) -> str:
        """What neighbouring addresses share: a country with the first digits of an operator, or a mail domain."""
        return self.value[:_PHONE_PREFIX_LENGTH] if self.kind == "phone" else self.value.partition("@")[2]

    @property
    def masked(self) -> str:
        """Enough for its owner to know it by: the first and the last two characters."""
        return f"{self.value[:2]}…{self.value[-2:]}"


def parse_contact(text: str) -> Contact:
    """The address that the text names, an e-mail address where it has an @. Raises PhoneMalformed or EmailMalformed."""
    return email_contact(text) if "@" in text else phone_contact(text)


def phone_contact(text: str) -> Contact:
    """A number in any of its spellings: blanks, dashes, slashes and brackets do not matter. Raises PhoneMalformed."""
    compact = re.sub(r"[\s\-/().]", "", text)
    if not _E164.fullmatch(compact):
        raise PhoneMalformed(phone=text[:_SHOWN_MAX])
    return Contact("phone", compact)


def email_contact(text: str) -> Contact:
    """An address as HTML's own field takes it, upper and lower case alike. Raises EmailMalformed."""
    plain = text.strip().lower()
    if not _EMAIL.fullmatch(plain):
        raise EmailMalformed(email=text[:_SHOWN_MAX])
    return Contact("email", plain)


def contact_hash(key: bytes, contact: Contact) -> bytes:
    """By which the member with that contact is found."""
    return keyed_hash(key, contact.kind, contact.value.encode())


def seal_contact(key: bytes, contact: Contact) -> bytes:
    """The contact as it is kept for sending."""
    return seal(key, _SEALED, contact.value)


def unseal_contact(key: bytes, sealed: bytes) -> str:
    """The address that was sealed."""
    return unseal(key, _SEALED, sealed)
