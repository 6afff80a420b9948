"""Why the demo ends early."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class DemoFailed(ParagonError):
    """A process did not start, or a step of the story did not hold."""

    code: ClassVar[str] = "demo-failed"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "The demo stopped: {reason}."
