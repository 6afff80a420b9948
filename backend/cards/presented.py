"""What a till sends as somebody's identification, read for what it says: a card's number, a phone, or another value.

Readers type like a keyboard. They may frame what they read (line breaks, control characters, the symbology in front as
in `]C0`) and a magnetic card's track has signs of its own around the number: `;1900000100000420=4912?`, or another
country's letters where the keyboard's layout is not the reader's. So the number is found wherever it stands alone.
"""

import re
from dataclasses import dataclass

from backend.members.contacts import Contact, phone_contact
from backend.members.errors import PhoneMalformed

TEXT_LENGTH_MAX = 200
TAIL_DIGITS = 4
VALUE_LENGTH_MIN, VALUE_LENGTH_MAX = 4, 128
_SYMBOLOGY = re.compile(r"^\][A-Za-z][0-9A-Za-z]")
_NUMBER = re.compile(r"(?<![0-9])([0-9]{4})([- ]?)([0-9]{4})\2([0-9]{4})\2([0-9]{4})(?![0-9])", re.ASCII)
_VALUE = re.compile(rf"[!-~]{{{VALUE_LENGTH_MIN},{VALUE_LENGTH_MAX}}}")
_FRAME = ";%?"


@dataclass(frozen=True, slots=True)
class Presented:
    """All that the text may mean, to be looked for in this order; `value` is what media are kept by, '' if it cannot be."""

    number: str | None
    phone: Contact | None
    value: str

    @property
    def means(self) -> str:
        """`number`, `phone` or `value`: the first of what it may mean."""
        if self.number is not None:
            return "number"
        return "phone" if self.phone is not None else "value"

    @property
    def tail(self) -> str:
        """The last digits, enough to tell a misread card by and too few to use one."""
        text = self.number or (self.phone.value if self.phone else self.value)
        return "".join(sign for sign in text if sign in "0123456789")[-TAIL_DIGITS:]


def read_presented(text: str) -> Presented:
    """What the text may mean; any text may be read."""
    bare = _SYMBOLOGY.sub("", "".join(sign if sign.isprintable() else " " for sign in text).strip())
    found = _NUMBER.search(bare)
    number = "".join(found.group(1, 3, 4, 5)) if found else None
    return Presented(number, _phone(bare), folded(text))


def folded(text: str) -> str:
    """The form in which a value is kept and compared: without frame, blanks and case; '' for what cannot be kept."""
    bare = "".join(sign for sign in text if sign.isprintable() and not sign.isspace())
    bare = _SYMBOLOGY.sub("", bare).strip(_FRAME).upper()
    return bare if _VALUE.fullmatch(bare) else ""


def _phone(bare: str) -> Contact | None:
    try:
        return phone_contact(bare) if bare.startswith("+") else None
    except PhoneMalformed:
        return None
