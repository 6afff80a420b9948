"""Why a stream of events is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class TooManyStreams(ParagonError):
    """The member has as many streams open as one member may."""

    code: ClassVar[str] = "too-many-streams"
    kind: ClassVar[ErrorKind] = "limited"
    title: ClassVar[str] = "You follow your events in too many places. Please close one of them."


class StreamsFull(ParagonError):
    """This process has as many streams open as it can bear, or is about to stop."""

    code: ClassVar[str] = "streams-full"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "Live updates are busy. Please try again in a moment."
