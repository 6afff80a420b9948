"""The code that shows a phone is present: it changes every 30 seconds, and a till checks it without a network.

Written in digits alone, which every scanner types alike, from the right: 12 of the tag, 8 of the step, the card's
number before them. The step counts 30 seconds since 1970, modulo 10^8; the tag is HMAC-SHA-256 of number and step under
the tenant's till key, its first 8 bytes modulo 10^12. The printed number alone earns; only such a code spends.

A till holds the very key that makes codes, so it is as precious as the till's drawer: it belongs into tills of the
tenant's own, and a stolen one is exchanged with the installation's key.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import ClassVar, Literal
from uuid import UUID

from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.sealing import keyed_hash

STEP_S = 30
TOLERANCE_STEPS = 1
"""How many steps a till's clock may be behind or ahead."""
NUMBER = re.compile(r"[0-9]{8,19}")
_STEP_DIGITS, _TAG_DIGITS = 8, 12
_STEPS: int = 10**_STEP_DIGITS
_TAGS: int = 10**_TAG_DIGITS
_CODE = re.compile(r"([0-9]{8,19})([0-9]{8})([0-9]{12})")
_PREFIX = b"paragon-card-code-1\0"
_TAG_BYTES = 8
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Why = Literal["malformed", "forged", "over", "early", "replayed"]


class CardCodeRefused(ParagonError):
    """What was scanned is no code of a card that is present; `why` says in which way."""

    code: ClassVar[str] = "card-code-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This code is not good. Please show the one on the screen now."

    def __init__(self, why: Why) -> None:
        super().__init__()
        self.why = why


@dataclass(frozen=True, slots=True)
class Shown:
    """What a till may believe of what was scanned: only a card that is present `spends`."""

    number: str
    step: int | None

    @property
    def spends(self) -> bool:
        """Whether the scan proves that the phone is there, and not a picture or a print of its number."""
        return self.step is not None


def till_key(key: bytes, tenant_id: UUID) -> bytes:
    """The tenant's till key, 32 bytes, made of the installation's."""
    return keyed_hash(key, "till-key", tenant_id.bytes)


def step_at(now: datetime) -> int:
    """The number of the 30 seconds in which the instant lies."""
    return (now - _EPOCH) // timedelta(seconds=STEP_S)


def step_start(now: datetime) -> datetime:
    """When those 30 seconds began."""
    return _EPOCH + timedelta(seconds=step_at(now) * STEP_S)


def code(number: str, key: bytes, now: datetime) -> str:
    """The card's code for the 30 seconds in which `now` lies. The number has 8 to 19 digits."""
    assert NUMBER.fullmatch(number), "a card's number is digits"
    step = step_at(now) % _STEPS
    return f"{number}{step:0{_STEP_DIGITS}}{_tag(number, step, key):0{_TAG_DIGITS}}"


def verify(scanned: str, key: bytes, now: datetime) -> Shown:
    """The card that showed the code within its step, or the one before or after. Raises CardCodeRefused.

    The same code verifies again and again: `Till` is what notes those that were taken.
    """
    parts = _CODE.fullmatch(scanned)
    if parts is None:
        raise CardCodeRefused("malformed")
    number, step, tag = parts[1], int(parts[2]), parts[3]
    if not hmac.compare_digest(f"{_tag(number, step, key):0{_TAG_DIGITS}}", tag):
        raise CardCodeRefused("forged")
    ahead = (step - step_at(now) + _STEPS // 2) % _STEPS - _STEPS // 2
    if abs(ahead) > TOLERANCE_STEPS:
        raise CardCodeRefused("early" if ahead > 0 else "over")
    return Shown(number, step)


class Till:
    """A till that works without a network; it remembers the codes it took for as long as they would verify."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._taken: dict[tuple[str, int | None], int] = {}
        self._lock = Lock()

    def read(self, scanned: str, now: datetime) -> Shown:
        """The card that was scanned: its number alone, which earns, or its code, good once. Raises CardCodeRefused."""
        if NUMBER.fullmatch(scanned):
            return Shown(scanned, None)
        shown = verify(scanned, self._key, now)
        present = step_at(now)
        with self._lock:
            self._taken = {
                taken: step for taken, step in self._taken.items() if abs(step - present) <= 2 * TOLERANCE_STEPS + 1
            }
            if (shown.number, shown.step) in self._taken:
                raise CardCodeRefused("replayed")
            self._taken[shown.number, shown.step] = present
        return shown


def _tag(number: str, step: int, key: bytes) -> int:
    message = _PREFIX + number.encode() + b"\0" + f"{step:0{_STEP_DIGITS}}".encode()
    return int.from_bytes(hmac.digest(key, message, "sha256")[:_TAG_BYTES]) % _TAGS
