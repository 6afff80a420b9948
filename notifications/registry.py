"""Every channel that exists, by its stable code."""

from collections.abc import Callable, Mapping

from notifications.channel import Channel
from notifications.channels.console import open_console
from notifications.errors import Misconfigured

ChannelFactory = Callable[[Mapping[str, str]], Channel]
"""Makes a channel of its options; raises Misconfigured when one is missing, unknown or unusable."""

CHANNELS: Mapping[str, ChannelFactory] = {
    "console": open_console,
}


def open_channel(code: str, options: Mapping[str, str]) -> Channel:
    """The channel of that code with its options; raises Misconfigured when either does not fit."""
    factory = CHANNELS.get(code)
    if factory is None:
        raise Misconfigured(f"there is no channel {code!r}; there are {', '.join(CHANNELS)}")
    return factory(options)
