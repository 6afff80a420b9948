"""What the staff API needs from the process that serves it."""

from dataclasses import dataclass

from backend.kit.db import Database
from backend.staff.credentials import Vault


@dataclass(frozen=True, slots=True)
class StaffContext:
    """Made once when the application starts."""

    database: Database
    vault: Vault
