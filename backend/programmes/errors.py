"""Why a tenant or a programme is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class TenantNotFound(ParagonError):
    """No tenant has that slug."""

    code: ClassVar[str] = "tenant-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such programme."
