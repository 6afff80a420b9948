"""Why the ledger refuses a posting; each code is the outcome that the SQL function returns."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class LedgerRefusal(ParagonError):
    """A posting that was refused and left nothing behind; the base of the ledger's reasons, never raised itself."""

    code: ClassVar[str] = "ledger-refusal"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The points could not be moved."


class InsufficientPoints(LedgerRefusal):
    """A burn of more than balance − held − debt; `available` is that, as people read it."""

    code: ClassVar[str] = "insufficient-points"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "There are not enough points: {available} are available."


class ReferenceReused(LedgerRefusal):
    """The reference was posted before with another input: a mistake of whoever chose it."""

    code: ClassVar[str] = "ledger-reference-reused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This reference was already used for another posting."


class TransferUnknown(LedgerRefusal):
    """No earn of this member and programme has the reference that is to be reversed."""

    code: ClassVar[str] = "ledger-transfer-unknown"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such posting to take back."


class ReversalTooLarge(LedgerRefusal):
    """More is to be taken back than was given, counting what was taken back before."""

    code: ClassVar[str] = "ledger-reversal-too-large"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "More points cannot be taken back than were given."


class AmountOutOfRange(LedgerRefusal):
    """A posting of less than 1 or more than 10^15 smallest units, or a balance beyond 10^18."""

    code: ClassVar[str] = "ledger-amount-out-of-range"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The number of points is out of range."
