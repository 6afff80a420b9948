"""Why the embedded server cannot be had: for the operator at the terminal, so each sentence says what to do next.

They are no `ParagonError`: no member's request meets them, and they are not translated.
"""

from pathlib import Path
from typing import ClassVar


class EmbeddedServerError(Exception):
    """The base, never raised itself; `str()` of an error is the whole explanation."""

    code: ClassVar[str]


class BinariesMissing(EmbeddedServerError):
    """The wheel with PostgreSQL is not installed, or holds no PostgreSQL 18 for this machine."""

    code = "embedded-binaries-missing"


class AccountMissing(EmbeddedServerError):
    """We are root, PostgreSQL refuses root, and the OS user to run it as cannot be had."""

    code = "embedded-account-missing"


class FolderNotOurs(EmbeddedServerError):
    """The data belong to another OS user, or stand where we may not write."""

    code = "embedded-folder-not-ours"

    def __init__(self, path: Path, reason: str | None) -> None:
        super().__init__(
            f"{path} cannot be used by this OS user: {reason}. Start Paragon as the user it belongs to, "
            "or point PARAGON_DATA_DIR to a folder of your own."
        )


class DataGone(EmbeddedServerError):
    """The data directory says where the data are, and they are not there; an empty database would hide the loss."""

    code = "embedded-data-gone"


class ServerBusy(EmbeddedServerError):
    """Another process kept starting or stopping the server for longer than either may take."""

    code = "embedded-server-busy"


class ServerInUse(EmbeddedServerError):
    """What was asked needs a server that nobody uses."""

    code = "embedded-server-in-use"


class ServerFailed(EmbeddedServerError):
    """A program of PostgreSQL failed; the explanation ends with what it said last."""

    code = "embedded-server-failed"
