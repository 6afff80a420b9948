"""Why a tenant cannot be found, or its file is refused."""

from typing import ClassVar

from backend.kit.errors import ErrorKind, ParagonError


class TenantNotFound(ParagonError):
    """Neither the host name nor the slug stands for a tenant."""

    code: ClassVar[str] = "tenant-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such programme."


class TenantFileRefused(ParagonError):
    """A tenant's file that cannot be applied; `faults` names every place that must change, and nothing was applied."""

    code: ClassVar[str] = "tenant-file-refused"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The tenant's file cannot be applied: {faults}"

    def __init__(self, faults: list[str]) -> None:
        super().__init__(faults="; ".join(faults))
        self.faults = faults


class ProgrammeNotFound(ParagonError):
    """No such programme in this tenant."""

    code: ClassVar[str] = "programme-not-found"
    kind: ClassVar[ErrorKind] = "not_found"
    title: ClassVar[str] = "There is no such loyalty programme."
