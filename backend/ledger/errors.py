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
    """Nothing of this member and programme that could be taken back has the reference: an earn, or a burn or capture."""

    code: ClassVar[str] = "ledger-transfer-unknown"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such posting to take back."


class ReversalTooLarge(LedgerRefusal):
    """More is to be taken back than was posted, counting what was taken back before."""

    code: ClassVar[str] = "ledger-reversal-too-large"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "More points cannot be taken back than were given."


class AmountOutOfRange(LedgerRefusal):
    """A posting of less than 1 or more than 10^15 smallest units, or a balance beyond 10^18."""

    code: ClassVar[str] = "ledger-amount-out-of-range"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The number of points is out of range."


class HoldUnknown(LedgerRefusal):
    """No hold of this member and programme has the reference."""

    code: ClassVar[str] = "ledger-hold-unknown"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "No points are set aside under this reference."


class HoldCaptured(LedgerRefusal):
    """The hold was captured before: a hold resolves once."""

    code: ClassVar[str] = "ledger-hold-captured"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The points that were set aside were already spent."


class HoldReleased(LedgerRefusal):
    """The hold was released before: nothing is left to capture."""

    code: ClassVar[str] = "ledger-hold-released"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "The points are no longer set aside."


class HoldExpired(LedgerRefusal):
    """By the database's clock the hold's time is over, or was over when it was asked for."""

    code: ClassVar[str] = "ledger-hold-expired"
    kind: ClassVar[ErrorKind] = "gone"
    title: ClassVar[str] = "The time for which the points were set aside is over."


class HoldTooSmall(LedgerRefusal):
    """More is to be captured than is held."""

    code: ClassVar[str] = "ledger-hold-too-small"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "Fewer points are set aside."


class WalletHeld(LedgerRefusal):
    """A whole wallet is to be moved while points of it are held."""

    code: ClassVar[str] = "ledger-wallet-held"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "Points of this wallet are set aside. Resolve that first."
