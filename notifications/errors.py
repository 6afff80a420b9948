"""Why a text could not be rendered, and why a channel did not take it: two small families with stable codes.

What a caller does depends on the class alone: a provider's own words are kept as the reason, for operators to read.
"""

from typing import ClassVar


class RenderError(Exception):
    """A template and what was given to it do not fit; the same input fails again."""

    code: ClassVar[str]


class UnknownEvent(RenderError):
    """No template of that name exists."""

    code: ClassVar[str] = "unknown-event"


class BadParameter(RenderError):
    """A parameter that the template needs was not given, or is of another kind."""

    code: ClassVar[str] = "bad-parameter"


class ChannelError(Exception):
    """A channel did not take a message; `reason` says why in the provider's words. Subclasses say what follows."""

    code: ClassVar[str]

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TryLater(ChannelError):
    """Busy, limited or unreachable: the same send may succeed in `after_s` seconds.

    Raised also where it is not known whether the provider took the message: the idempotency key makes a repeat safe.
    """

    code: ClassVar[str] = "channel-busy"

    def __init__(self, reason: str, *, after_s: int) -> None:
        super().__init__(reason)
        self.after_s = after_s


class AddressGone(ChannelError):
    """The address is no longer anybody's: nothing should ever be sent there again."""

    code: ClassVar[str] = "address-gone"


class Rejected(ChannelError):
    """The provider refuses this message for this address, now and later."""

    code: ClassVar[str] = "message-rejected"


class Misconfigured(ChannelError):
    """The channel itself is wrong: credentials, sender, an option that is missing or that nobody knows.

    Never raised for what is wrong with a message or an address. Nothing is lost by it: whatever meets it stays as it
    was until an operator has mended the channel, because failing it would blame every member for our mistake.
    """

    code: ClassVar[str] = "channel-misconfigured"
