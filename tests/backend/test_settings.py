"""What the environment may say, and what is refused with the name of the variable."""

import os
import threading
from pathlib import Path

import pytest

from backend.kit.i18n import DEFAULT_LANGUAGE, translate
from backend.settings import ConfigurationMalformed, SecretKeyTooShort, Settings

KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("PARAGON_") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARAGON_DATA_DIR", str(tmp_path))


def test_a_variable_that_is_set_to_nothing_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "PARAGON_DATA_DIR", "PARAGON_SECRET_KEY", "PARAGON_PLAYGROUND_URL", "PARAGON_CONSOLE"):
        monkeypatch.setenv(name, "")
    settings = Settings()
    assert (settings.database_url, settings.secret_key, settings.playground_url) == (None, None, None)
    assert not settings.console
    assert settings.data_dir.is_absolute()


@pytest.mark.parametrize("key", ["x", KEY[:31]])
def test_a_short_key_is_refused_with_its_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret.key").write_text(key)
    with pytest.raises(SecretKeyTooShort) as kept:
        Settings().token_key()
    assert kept.value.params["place"] == str(tmp_path / "secret.key")
    monkeypatch.setenv("PARAGON_SECRET_KEY", key)
    with pytest.raises(SecretKeyTooShort) as given:
        Settings().token_key()
    assert given.value.params["place"] == "PARAGON_SECRET_KEY"
    monkeypatch.setenv("PARAGON_SECRET_KEY", KEY)
    assert Settings().token_key() == KEY.encode()


def test_an_empty_key_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.key").touch()
    with pytest.raises(SecretKeyTooShort):
        Settings().token_key()


def test_a_key_is_made_once_whole_and_for_its_owner_alone(tmp_path: Path) -> None:
    keys: list[bytes] = []
    makers = [threading.Thread(target=lambda: keys.append(Settings().token_key())) for _ in range(8)]
    for maker in makers:
        maker.start()
    for maker in makers:
        maker.join()
    assert (len(keys), len(set(keys))) == (8, 1)
    assert [file.name for file in tmp_path.iterdir()] == ["secret.key"]
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_could_not_be_written_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ConfigurationMalformed, match="configuration-malformed"):
        Settings().token_key()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PARAGON_RETRY_UNIT_S", "soon"),
        ("PARAGON_CODE_TRIES_MAX", "0"),
        ("PARAGON_CONSOLE", "perhaps"),
        ("PARAGON_PLAYGROUND_URL", "nonsense"),
        ("PARAGON_PLAYGROUND_URL", "http://[::1"),
        ("PARAGON_PLAYGROUND_URL", "http://host:99999"),
        ("PARAGON_PLAYGROUND_URL", "ftp://host"),
    ],
)
def test_what_a_setting_cannot_be_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(ConfigurationMalformed) as refused:
        Settings()
    assert translate(refused.value.text, DEFAULT_LANGUAGE).startswith(f"{variable} cannot be used: ")
