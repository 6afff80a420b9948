"""Why a receipt could not be read: one small family, each member with a stable code.

The first four say that the code in hand is no use; the others say what the authority's answer means for later.
"""


class ReceiptError(Exception):
    """Something about a receipt that its reader must act upon; `code` is stable."""

    code = "receipt-error"


class UnrecognisedCode(ReceiptError):
    """The text is no receipt code of any authority in the registry."""

    code = "unknown-receipt-code"


class DamagedCode(UnrecognisedCode):
    """The text is an authority's code by host and form, but its checksum or structure does not hold.

    `authority` is the code of the authority it is addressed to.
    """

    code = "checksum-mismatch"

    def __init__(self, message: str, *, authority: str | None = None) -> None:
        super().__init__(message)
        self.authority = authority


class LetterCaseLost(DamagedCode):
    """The code's letters all arrived as capitals, or all as small ones: something on the way changed them for good."""

    code = "letter-case-lost"


class NotYetAvailable(ReceiptError):
    """The authority knows the receipt or may still learn of it; its items are not there yet: ask again later."""

    code = "receipt-not-yet-available"


class UnknownReceipt(ReceiptError):
    """The authority says that it has no such receipt."""

    code = "receipt-unknown-to-authority"


class LayoutChanged(ReceiptError):
    """The answer cannot be read: the authority changed it. The receipt waits until the reader has learned it."""

    code = "authority-layout-changed"


class AuthorityUnavailable(ReceiptError):
    """The authority did not answer, or asked for patience; `retry_after_s` is its wish in seconds, if it had one."""

    code = "authority-unavailable"

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class UnreadablePicture(ReceiptError):
    """The picture is broken, empty, or too small to hold a code."""

    code = "unreadable-picture"


class PictureTooLarge(UnreadablePicture):
    """The picture has more bytes or pixels than are decoded for anybody."""

    code = "picture-too-large"


class PictureFormatRefused(UnreadablePicture):
    """The bytes are no picture of a format that is decoded here: JPEG, PNG, WebP or GIF."""

    code = "picture-format-refused"
