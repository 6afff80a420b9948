"""Why a sign-in is refused. None of these says whether anybody with that number is a member."""

from collections.abc import Mapping
from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class TooManyCodes(ParagonError):
    """Too many codes, or tries of them, for this number, from this network address, or altogether."""

    code: ClassVar[str] = "too-many-codes"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "There were too many codes or tries. Please wait a little."


class CodeWrong(ParagonError):
    """Not the last code that was sent there; or there is none; or it was tried too often."""

    code: ClassVar[str] = "code-wrong"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "This code is not right. Tries left: {tries_left}"

    def __init__(self, tries_left: int) -> None:
        super().__init__(tries_left=str(tries_left))
        self.tries_left = tries_left

    @property
    def details(self) -> Mapping[str, object]:
        """`tries_left`: how often another code may be tried before a new one must be sent."""
        return {"tries_left": self.tries_left}


class CodeExpired(ParagonError):
    """The right code, too late. Only who has the code learns this."""

    code: ClassVar[str] = "code-expired"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "This code is no longer valid. Please ask for a new one."


class TokenReused(ParagonError):
    """A refresh token that was exchanged before: it may be stolen, so its whole family ends."""

    code: ClassVar[str] = "token-reused"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "Your sign-in was used elsewhere and has ended. Please sign in again."
