"""Why the demo ends early."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class DemoFailed(ParagonError):
    """A process did not start, or a step of the story did not hold."""

    code: ClassVar[str] = "demo-failed"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "The demo stopped: {reason}."


class DemoDatabaseRefused(ParagonError):
    """Its tenants are somebody's, and the demo would migrate them and put its own beside them."""

    code: ClassVar[str] = "demo-database-refused"
    kind: ClassVar[ErrorKind] = "conflict"
    title: ClassVar[str] = (
        "The demo does not run in a database that holds other tenants than its own. "
        "Unset DATABASE_URL, or name an empty one."
    )
