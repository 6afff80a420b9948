"""Writes messages to the log instead of sending them: for demonstrations and development, never for members' eyes.

An address is any text. Each message is one line of JSON, so that no content can forge a second one. It is an INFO line
of this module's logger: an application whose logs must hold no personal data leaves that level unheard.
"""

import json
import logging
from collections.abc import Mapping

from notifications.channel import Accepted, Address, Rendered
from notifications.errors import Misconfigured

_logger = logging.getLogger(__name__)


class ConsoleChannel:
    """Accepts everything."""

    code = "console"

    async def send(self, rendered: Rendered, address: Address, *, idempotency_key: str) -> Accepted:
        """Log the message; a repeat is a second line with the same key. Of a secret one only the title is logged."""
        line = {"key": idempotency_key, "title": rendered.title}
        if not rendered.is_secret:
            line |= {"to": address, "body": rendered.body}
        _logger.info("%s", json.dumps(line, ensure_ascii=False))
        return Accepted(provider_id=None)


def open_console(options: Mapping[str, str]) -> ConsoleChannel:
    """The channel; it has no options."""
    if options:
        raise Misconfigured(f"the console channel has no options, but was given {', '.join(sorted(options))}")
    return ConsoleChannel()
