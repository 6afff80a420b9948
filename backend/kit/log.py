"""Structured logs: one JSON object a line, made of what our own code names, and of nothing else.

A message of somebody else's library, and the text of any exception, may carry a payload, a name or a token. Of those
only the place and the type are written.
"""

import logging
import logging.config
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import msgspec

FIELDS = "fields"
_OURS = ("paragon", "_granian")
_FRAMES_MAX = 12
_ENCODER = msgspec.json.Encoder(enc_hook=str)


class JsonLines(logging.Formatter):
    """A record as one line of JSON; `extra={"fields": {…}}` adds to it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        ours = record.name.partition(".")[0] in _OURS
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage() if ours else f"{record.module}:{record.lineno}",
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[0] is not None:
            kind, _, trace = record.exc_info
            line["error"] = kind.__name__
            line["trace"] = _places(trace)
        return _ENCODER.encode(line).decode()


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "backend.kit.log.JsonLines"}},
    "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stderr"}},
    "root": {"level": "WARNING", "handlers": ["lines"]},
    "loggers": {"paragon": {"level": "INFO"}, "_granian": {"level": "INFO"}},
}
"""Everything of a process to standard error; libraries are heard from warnings on."""


def configure() -> None:
    """Log as `LOGGING` says."""
    logging.config.dictConfig(LOGGING)


def _places(trace: TracebackType | None) -> list[str]:
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)[-_FRAMES_MAX:]]
