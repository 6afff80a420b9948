"""Everything an operator may set, read from the environment once and passed on; nothing is read at import.

`DATABASE_URL` names a server; without it the embedded one runs. All other names begin with `PARAGON_`.
"""

import os
import secrets
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.kit.embedded import default_data_dir


class Settings(BaseSettings):
    """One installation's settings. Secrets are `SecretStr`, so that printing the settings shows none."""

    model_config = SettingsConfigDict(env_prefix="PARAGON_", frozen=True, extra="ignore", populate_by_name=True)

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """The application's login on a PostgreSQL 15-18 server; unset: the embedded server."""
    owner_url: SecretStr | None = None
    """The login that migrates, where it is not the application's."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Where the embedded server and the installation's key live."""
    secret_key: SecretStr | None = None
    """Signs members' tokens; unset: a key is made once in the data directory."""
    playground_url: str | None = None
    """Address of a playground authority whose receipts are taken; never set it in production."""
    console: bool = False
    """Whether `/console` shows every message; for demonstrations only."""
    retry_unit_s: int = Field(default=60, ge=1)
    """Seconds of one unit of the retry schedule (1, 5, 30, 120 … units)."""
    portal_requests_per_s: int = Field(default=2, ge=1)
    """The pace at which one process asks a real authority's portal."""
    pending_receipts_max: int = Field(default=20, ge=1)
    """How many receipts a member may have waiting for an authority."""
    connections_max: int = Field(default=12, ge=2)
    """Database connections of one process."""

    def token_key(self) -> bytes:
        """The key that signs tokens, 32 bytes or more; the file is made once, readable by its owner alone."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        path = self.data_dir / "secret.key"
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        return path.read_bytes()
