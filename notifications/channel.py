"""The contract of a channel: it takes one rendered message for one address, or says in our words why not.

A channel neither retries nor remembers: the caller keeps the message and asks again. It opens no connection before the
first send, sets its own time limits, and leaves within seconds.
"""

from dataclasses import dataclass
from typing import Literal, NewType, Protocol

State = Literal[
    "queued",  # written down, not taken by a channel yet
    "accepted",  # the provider took it; whether it was shown is not known
    "failed",  # no channel will take it any more
]
"""What became of a message at one address. It leaves `queued` once and never returns: accepted and failed are final."""

Address = NewType("Address", str)
"""Where to, in the channel's own notation, which the channel's docstring defines."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message in one language: plain text without markup; the title is one line. A channel escapes for its medium.

    A secret one is for the addressee's eyes alone: no channel writes its body or its address anywhere else.
    """

    title: str
    body: str
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took the message; `provider_id` is its name for it, None where it gives none."""

    provider_id: str | None


class Channel(Protocol):
    """One way to reach people through one provider."""

    @property
    def code(self) -> str:
        """The stable name under which deliveries of this channel are stored."""
        ...

    async def send(self, rendered: Rendered, address: Address, *, idempotency_key: str) -> Accepted:
        """Hand the message over, raising a ChannelError when it is not taken.

        The same key means the same message again: a channel passes it on as the provider's key, or as what lets a
        repeat replace the first, so that a person is not told twice.
        """
        ...
