"""Why a member of staff is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class StaffTokenInvalid(ParagonError):
    """No token, or none of a session that lasts."""

    code: ClassVar[str] = "staff-token-invalid"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "Your session is over or was never begun. Please sign in."


class LoginRefused(ParagonError):
    """Something of tenant, address, password and code is wrong; which one is not said."""

    code: ClassVar[str] = "login-refused"
    kind: ClassVar[ErrorKind] = "unauthenticated"
    title: ClassVar[str] = "E-mail address, password or code is wrong."


class TooManyLogins(ParagonError):
    """The account or the address failed too often."""

    code: ClassVar[str] = "too-many-logins"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "There were too many failed attempts. Please try again later."


class PermissionMissing(ParagonError):
    """The account's role does not include what was asked for."""

    code: ClassVar[str] = "permission-missing"
    kind: ClassVar[ErrorKind] = "forbidden"
    title: ClassVar[str] = "Your role does not allow this ({permission})."


class InvitationInvalid(ParagonError):
    """An invitation that was used, replaced, withdrawn, or never written."""

    code: ClassVar[str] = "invitation-invalid"
    kind: ClassVar[ErrorKind] = "gone"
    title: ClassVar[str] = "This invitation is no longer valid. Please ask for a new one."


class AuthenticatorCodeWrong(ParagonError):
    """The code does not fit the secret that was handed out."""

    code: ClassVar[str] = "authenticator-code-wrong"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The code of your authenticator is wrong. Check your device's clock and try again."


class PasswordTooWeak(ParagonError):
    """A password that is too short, too long, or the e-mail address."""

    code: ClassVar[str] = "password-too-weak"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "Choose a password of {shortest} to {longest} characters that is not your e-mail address."


class StaffNotFound(ParagonError):
    """No such account in this tenant."""

    code: ClassVar[str] = "staff-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such staff account."


class StaffExists(ParagonError):
    """An active account has that e-mail address."""

    code: ClassVar[str] = "staff-exists"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "There is already an active account with this e-mail address."


class StaffMalformed(ParagonError):
    """An invitation's e-mail address, role or partner is none."""

    code: ClassVar[str] = "staff-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{value} cannot be used as {what}."


class OwnAccount(ParagonError):
    """Nobody changes their own role or blocks themselves."""

    code: ClassVar[str] = "own-account"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "You cannot change or block your own account."


class LastOwner(ParagonError):
    """The tenant would be left without an active owner."""

    code: ClassVar[str] = "last-owner"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = "A tenant keeps at least one active owner."
