"""Why a receipt is refused, at once or after its authority was asked; the codes are stored with the receipt."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError, catalogue


class UnknownReceiptCode(ParagonError):
    """The text or picture's code is no fiscal receipt's."""

    code: ClassVar[str] = "unknown-receipt-code"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This is not the code of a fiscal receipt."


class ChecksumMismatch(ParagonError):
    """A fiscal code that was clipped or misread."""

    code: ClassVar[str] = "checksum-mismatch"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The receipt's code was not read completely. Please scan it again."


class LetterCaseLost(ParagonError):
    """A fiscal code whose letters all came as capitals, or all as small ones; nobody can tell which were which."""

    code: ClassVar[str] = "letter-case-lost"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = (
        "The letters of the receipt's code lost their case on the way. "
        "Please turn Caps Lock off and scan it again, or photograph the code."
    )


class TestEnvironmentRefused(ParagonError):
    """A receipt of an authority's test system: no money changed hands."""

    code: ClassVar[str] = "test-environment"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This receipt comes from a test till and does not count."


class ReceiptKindRefused(ParagonError):
    """A copy, a training slip or a proforma: it attests no purchase."""

    code: ClassVar[str] = "receipt-kind-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This slip is a copy, a training slip or a proforma. Please scan the fiscal receipt."


class NoCodeInPhoto(ParagonError):
    """A picture in which no QR code was found."""

    code: ClassVar[str] = "no-code-in-photo"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "No fiscal code was found in the picture. Please take it closer and in good light."


class PictureRefused(ParagonError):
    """A file that is no picture, or too large a one."""

    code: ClassVar[str] = "picture-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The picture cannot be read. Please send a JPEG, PNG, WebP or GIF of at most 12 MB."


class ReceiptAlreadyClaimed(ParagonError):
    """Another member has this receipt."""

    code: ClassVar[str] = "receipt-already-claimed"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This receipt was already submitted."


class TooManyReceipts(ParagonError):
    """The member has as many receipts waiting for an authority as is allowed."""

    code: ClassVar[str] = "too-many-receipts"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "You have many receipts waiting for confirmation. Please try again when some are confirmed."


class ReceiptNotFound(ParagonError):
    """No such receipt, or another member's."""

    code: ClassVar[str] = "receipt-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such receipt."


class ReceiptDecided(ParagonError):
    """The receipt was settled or refused: there is nothing to try again."""

    code: ClassVar[str] = "receipt-decided"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "This receipt is decided already."


class UnknownToAuthority(ParagonError):
    """The authority says that it has no such receipt."""

    code: ClassVar[str] = "receipt-unknown-to-authority"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The tax authority does not know this receipt."


class ReceiptMismatch(ParagonError):
    """The authority's answer says something else than the code on the slip."""

    code: ClassVar[str] = "receipt-mismatch"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The receipt differs from what the tax authority has on record."


def refusal(code: str) -> type[ParagonError]:
    """The reason behind a code that was stored with a receipt."""
    return catalogue()[code]
