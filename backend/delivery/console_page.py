"""The message console: one page that shows what members were sent, for demonstrations without a phone at hand.

It renews itself without any script, and escapes everything that comes from a message.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from babel import Locale
from babel.dates import format_skeleton
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from backend.delivery.queries import ConsoleMessage
from backend.kit.i18n import Text, translate

_REFRESH_S = 2
_HEADING = "Messages"
_NOTE = "What members were sent, the newest first. This page renews itself."
_NOTHING = "No message yet. Scan a receipt and it will appear here."
_LABELS = {"state": "State", "channel": "Channel", "language": "Language", "event": "Event"}
_STATES = {"queued": "waiting", "accepted": "sent", "failed": "failed"}


def console_page(messages: Sequence[ConsoleMessage], *, language: str) -> str:
    """The page as HTML, its own words in `language`; each message stays in its member's language."""
    locale = Locale.parse(language, sep="-")

    def moment(instant: datetime) -> str:
        return f"{format_skeleton('MMMd', instant, locale=locale)}, {instant:%H:%M:%S}"

    return _template().render(
        messages=messages,
        language=language,
        refresh_s=_REFRESH_S,
        heading=translate(Text(_HEADING), language),
        note=translate(Text(_NOTE), language),
        nothing=translate(Text(_NOTHING), language),
        labels=_translated(_LABELS, language),
        states=_translated(_STATES, language),
        moment=moment,
    )


def _translated(words: Mapping[str, str], language: str) -> dict[str, str]:
    return {name: translate(Text(word), language) for name, word in words.items()}


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("console.html")
