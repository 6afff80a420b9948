"""Why a member is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class PhoneMalformed(ParagonError):
    """The number is no international phone number."""

    code: ClassVar[str] = "phone-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{phone} is no phone number. Write it with its country, as in +381601234567."


class EmailMalformed(ParagonError):
    """The text is no e-mail address."""

    code: ClassVar[str] = "email-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{email} is no e-mail address."


class NameMalformed(ParagonError):
    """The name is empty, longer than anybody's, or holds what cannot be shown."""

    code: ClassVar[str] = "name-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "A name has 1 to {most} characters, without line breaks."


class MemberNotFound(ParagonError):
    """No such member in this tenant."""

    code: ClassVar[str] = "member-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such member."


class DeviceNotFound(ParagonError):
    """The member has no such installation: there is none, or it is another member's."""

    code: ClassVar[str] = "device-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "This device is not registered."


class GroupMalformed(ParagonError):
    """A group's code that is empty, too long, or holds what cannot be typed."""

    code: ClassVar[str] = "group-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "A group's code has 1 to 64 letters, digits, dots, dashes or underscores."
