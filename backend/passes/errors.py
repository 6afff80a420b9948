"""Why a digital card is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class DigitalCardNotFound(ParagonError):
    """The member has no such card: there is none, or it is another's."""

    code: ClassVar[str] = "digital-card-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such card."


class DigitalCardBlocked(ParagonError):
    """The card is blocked: it neither earns nor spends."""

    code: ClassVar[str] = "digital-card-blocked"
    kind: ClassVar[ErrorKind] = "forbidden"
    title: ClassVar[str] = "A blocked card has neither passes nor codes."


class BarcodeRefused(ParagonError):
    """The symbology cannot hold the value: too long, or not its characters."""

    code: ClassVar[str] = "barcode-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "This kind of bar code cannot show the number."


class WalletNotOffered(ParagonError):
    """The installation has no certificate or account for this wallet."""

    code: ClassVar[str] = "wallet-not-offered"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "This wallet is not offered here."


class PassTokenInvalid(ParagonError):
    """A device names a pass and does not show that pass's token."""

    code: ClassVar[str] = "pass-token-invalid"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "This is not the token of the pass."


class TooManyRegistrations(ParagonError):
    """More new devices in an hour than people have."""

    code: ClassVar[str] = "too-many-registrations"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "Too many devices were registered. Please try again later."


class PassCertificateRefused(ParagonError):
    """The certificates, the key or the account for passes cannot be used."""

    code: ClassVar[str] = "pass-certificate-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Passes cannot be signed: {reason}."
