"""Everything an operator may set, read from the environment once and passed on; nothing is read at import.

`DATABASE_URL` names a server; without it the embedded one runs. All other names begin with `PARAGON_`.
"""

import os
import secrets
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from backend.kit.embedded import default_data_dir
from backend.kit.errors import ErrorKind, ParagonError
from backend.kit.limits import Limit
from backend.passes import apns, google_wallet
from backend.passes.apple_signer import AppleFiles, load_signer
from backend.passes.cards import FindCards
from backend.passes.google_account import load_account
from backend.passes.wallets import Wallets
from backend.sign_in.rules import SignInRules

SECRET_KEY_BYTES_MIN = 32
_PREFIX = "PARAGON_"


class ConfigurationMalformed(ParagonError):
    """A variable of the environment holds what its setting cannot be, or names a place that cannot be used."""

    code: ClassVar[str] = "configuration-malformed"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "{variable} cannot be used: {reason}."


class SecretKeyTooShort(ParagonError):
    """A key that could be guessed: whoever has it makes tokens for every member."""

    code: ClassVar[str] = "secret-key-too-short"
    kind: ClassVar[ErrorKind] = "invalid"
    title: ClassVar[str] = "The secret key in {place} has {bytes} bytes, and at least {needed} are needed."


class Settings(BaseSettings):
    """One installation's settings. Secrets are `SecretStr`, so that printing the settings shows none.

    A variable that is set to nothing counts as unset. Raises ConfigurationMalformed.
    """

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, env_ignore_empty=True, frozen=True, extra="ignore", populate_by_name=True
    )

    database_url: SecretStr | None = Field(default=None, validation_alias="DATABASE_URL")
    """The application's login on a PostgreSQL 15-18 server; unset: the embedded server."""
    owner_url: SecretStr | None = None
    """The login that migrates, where it is not the application's."""
    data_dir: Path = Field(default_factory=default_data_dir)
    """Where the embedded server and the installation's key live."""
    secret_key: SecretStr | None = None
    """Signs members' tokens, hashes and seals their addresses; unset: a key is made once in the data directory."""
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
    code_valid_s: int = Field(default=600, ge=60, le=3600)
    """How long a sign-in code is good."""
    code_tries_max: int = Field(default=5, ge=1, le=10)
    """How often one code may be tried."""
    codes_window_s: int = Field(default=600, ge=60)
    """The stretch of time in which codes that are sent are counted."""
    codes_per_number_max: int = Field(default=3, ge=1)
    """Codes to one number or e-mail address within the window."""
    codes_per_client_max: int = Field(default=30, ge=1)
    """Codes asked for from one network address within the window; carriers put many people behind one."""
    codes_per_prefix_max: int = Field(default=300, ge=1)
    """Codes to numbers that begin alike, such as +38160, or to one mail domain, within the window."""
    codes_total_max: int = Field(default=3000, ge=1)
    """Codes to anybody within the window: what an attack may cost at most."""
    tries_window_s: int = Field(default=3600, ge=60)
    """The stretch of time in which tries of codes are counted."""
    tries_per_number_max: int = Field(default=10, ge=1)
    """Wrong codes for one number within the window, however many were sent; then the number is locked."""
    tries_per_client_max: int = Field(default=120, ge=1)
    """Codes tried from one network address within the window."""
    access_token_s: int = Field(default=900, ge=60, le=3600)
    """How long an access token is good; nothing takes it back before."""
    refresh_token_days: int = Field(default=60, ge=1)
    """After how many days without use a sign-in ends."""
    refresh_grace_s: int = Field(default=10, ge=0, le=60)
    """How long a refresh token that was exchanged still gets the same answer, for clients that lost it."""
    devices_max: int = Field(default=20, ge=1)
    """Installations of the app that one member may have registered."""
    offer_hold_s: int = Field(default=900, ge=60, le=86_400)
    """For how many seconds a limited offer is kept for the member who was shown it."""
    events_keep_days: int = Field(default=7, ge=1, le=3650)
    """For how many days members' events are kept; a client that was away for longer reads everything anew."""
    trusted_proxies: str = ""
    """Networks, parted by commas, whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    metrics_token: SecretStr | None = None
    """The bearer token that reads `/metrics`; unset: only this machine may."""
    streams_max: int = Field(default=1000, ge=1)
    """How many members' apps may follow their events in one process."""
    member_streams_max: int = Field(default=5, ge=1)
    """In how many places one member may follow their events."""
    apple_certificate: Path | None = None
    """The pass certificate that Apple issued, as PEM; it says which pass type and team. Unset: no passes for iPhones."""
    apple_key: Path | None = None
    """The pass certificate's private key, as PEM."""
    apple_key_password: SecretStr | None = None
    """What opens the key, where it is locked."""
    apple_intermediate: Path | None = None
    """Apple's intermediate certificate (WWDR), as PEM."""
    apple_service_url: str | None = None
    """Where iPhones reach `/apple` of this installation, such as https://klub.example/apple; unset: passes stay as they are."""
    apple_push_url: str = apns.PRODUCTION
    """Apple's push service."""
    google_wallet_issuer: str | None = Field(default=None, pattern=r"^[0-9]{1,32}$")
    """The issuer's number in Google's wallet. Unset: no passes for Android."""
    google_wallet_account: Path | None = None
    """The JSON file of the service account that speaks for the issuer."""
    google_wallet_url: str = google_wallet.PRODUCTION
    """Google's wallet objects."""

    def __init__(self, **values: Any) -> None:  # noqa: ANN401 (as the base takes them)
        try:
            super().__init__(**values)
        except ValidationError as error:
            first = error.errors(include_input=False, include_url=False)[0]
            name = str(first["loc"][0]).upper()
            variable = name if name == "DATABASE_URL" else f"{_PREFIX}{name}"
            # Without a cause: pydantic's own text holds the value, which may be a secret.
            raise ConfigurationMalformed(variable=variable, reason=first["msg"]) from None

    @field_validator("playground_url", "apple_service_url", "apple_push_url", "google_wallet_url")
    @classmethod
    def _address(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("write an address such as http://127.0.0.1:8001")
        return url

    @property
    def key_place(self) -> str:
        """Where the secret key comes from, in words for an operator."""
        return "PARAGON_SECRET_KEY" if self.secret_key is not None else str(self.data_dir / "secret.key")

    def token_key(self) -> bytes:
        """The key that signs tokens, 32 bytes or more; the file is made once, readable by its owner alone.

        Raises SecretKeyTooShort or ConfigurationMalformed.
        """
        key = self.secret_key.get_secret_value().encode() if self.secret_key is not None else self._kept_key()
        if len(key) < SECRET_KEY_BYTES_MIN:
            raise SecretKeyTooShort(place=self.key_place, bytes=str(len(key)), needed=str(SECRET_KEY_BYTES_MIN))
        return key

    def _kept_key(self) -> bytes:
        path = self.data_dir / "secret.key"
        try:
            if not path.exists():
                self.data_dir.mkdir(parents=True, exist_ok=True)
                _make_key(path)
            return path.read_bytes()
        except OSError as error:
            raise ConfigurationMalformed(
                variable="PARAGON_DATA_DIR", reason=f"{error.strerror}: {error.filename}"
            ) from error

    def wallets(self, cards: FindCards) -> Wallets:
        """What is offered beside bar codes. Raises ConfigurationMalformed, PassCertificateRefused."""
        signer, account = None, None
        if apple := self._together("apple_certificate", "apple_key", "apple_intermediate"):
            certificate, key, intermediate = apple
            password = self.apple_key_password.get_secret_value().encode() if self.apple_key_password else None
            signer = load_signer(AppleFiles(certificate, key, intermediate, password))
        if google := self._together("google_wallet_issuer", "google_wallet_account"):
            issuer, path = google
            account = load_account(issuer, path)
        return Wallets(cards, apple=signer, apple_url=self.apple_service_url, google=account)

    def _together(self, *names: str) -> tuple[Any, ...]:
        """The settings of those names, all or none. Raises ConfigurationMalformed."""
        values = [getattr(self, name) for name in names]
        if None in values and any(value is not None for value in values):
            variable = f"{_PREFIX}{names[values.index(None)].upper()}"
            raise ConfigurationMalformed(variable=variable, reason="it is needed where the others like it are set")
        return () if None in values else tuple(values)

    def sign_in_rules(self) -> SignInRules:
        """The settings about signing in as the slice takes them."""
        return SignInRules(
            code_valid=timedelta(seconds=self.code_valid_s),
            code_tries_max=self.code_tries_max,
            codes_number=Limit("codes-number", self.codes_per_number_max, self.codes_window_s),
            codes_client=Limit("codes-client", self.codes_per_client_max, self.codes_window_s),
            codes_prefix=Limit("codes-prefix", self.codes_per_prefix_max, self.codes_window_s),
            codes_total=Limit("codes-total", self.codes_total_max, self.codes_window_s),
            tries_number=Limit("tries-number", self.tries_per_number_max, self.tries_window_s),
            tries_client=Limit("tries-client", self.tries_per_client_max, self.tries_window_s),
            access_valid=timedelta(seconds=self.access_token_s),
            refresh_valid=timedelta(days=self.refresh_token_days),
            refresh_grace=timedelta(seconds=self.refresh_grace_s),
            show_codes=self.console,
        )


def _make_key(path: Path) -> None:
    """Link a whole key into place: nobody sees half of one, and of two who make it at once one wins."""
    handle, draft = tempfile.mkstemp(prefix="secret.", dir=path.parent)  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        Path(draft).unlink()
