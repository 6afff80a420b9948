"""A card's number: sixteen digits, an issuer's prefix in front and Luhn's check digit last; shown with hyphens.

What stands between is drawn at random, never counted: whoever holds a card must not know the next one's number. The
check digit finds misreadings and keeps nobody from making numbers up; look-ups are limited for that.
"""

import re
import secrets

from stdnum import luhn

from backend.cards.errors import CardPrefixMalformed, CardUnknown

DIGITS = 16
PREFIX_DIGITS_MIN, PREFIX_DIGITS_MAX = 4, 8
_PREFIX = re.compile(rf"[1-9][0-9]{{{PREFIX_DIGITS_MIN - 1},{PREFIX_DIGITS_MAX - 1}}}", re.ASCII)
_NUMBER = re.compile(r"[0-9]{16}", re.ASCII)


def check_prefix(prefix: str) -> None:
    """Raise CardPrefixMalformed unless it can be an issuer's prefix."""
    if not _PREFIX.fullmatch(prefix):
        raise CardPrefixMalformed(least=str(PREFIX_DIGITS_MIN), most=str(PREFIX_DIGITS_MAX))


def span(prefix: str) -> tuple[int, int]:
    """The first and the last of all sixteen-digit numbers that begin with the prefix."""
    return int(prefix.ljust(DIGITS, "0")), int(prefix.ljust(DIGITS, "9"))


def capacity(prefix: str) -> int:
    """How many numbers there are under the prefix; the last digit follows from the others."""
    return int(10 ** (DIGITS - 1 - len(prefix)))


def random_number(prefix: str) -> str:
    """Any number under the prefix, each as likely as the next."""
    middle = str(secrets.randbelow(capacity(prefix))).zfill(DIGITS - 1 - len(prefix))
    return prefix + middle + luhn.calc_check_digit(prefix + middle)


def shown(number: str) -> str:
    """The number as people read it: 1900-0001-0000-0420."""
    return "-".join(number[start : start + 4] for start in range(0, DIGITS, 4))


def plain(text: str) -> str | None:
    """The sixteen digits of a number that was typed with or without hyphens and blanks; None for anything else."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if _NUMBER.fullmatch(digits) else None


def digits_of(number: str) -> str:
    """The digits of a card's number. Raises CardUnknown for what is none."""
    digits = plain(number)
    if digits is None:
        raise CardUnknown
    return digits
