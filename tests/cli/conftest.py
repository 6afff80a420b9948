"""Runs `paragon` in this process, on the database of the tests."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from backend.cli import main


@dataclass(frozen=True)
class Ran:
    """What a command did: its exit status, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """The one JSON value that it printed."""
        (line,) = self.out.splitlines()
        return json.loads(line)


Paragon = Callable[..., Ran]
EXAMPLE = Path(__file__).parents[2] / "backend" / "docs" / "tenant.example.toml"


@pytest.fixture
def paragon(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Paragon:
    """The command line, as a process of its own would see it."""
    for name in ("DATABASE_URL", "PARAGON_OWNER_URL", "PARAGON_PLAYGROUND_URL", "PARAGON_SECRET_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PARAGON_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*args: str | Path) -> Ran:
        monkeypatch.setattr(sys, "argv", ["paragon", *map(str, args)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        printed = capsys.readouterr()
        return Ran(int(end.value.code or 0), printed.out, printed.err)

    return run


@pytest.fixture
def installed(paragon: Paragon, monkeypatch: pytest.MonkeyPatch, app_url: str, owner_url: str) -> Paragon:
    """The command line of an installation with a server of its own."""
    monkeypatch.setenv("DATABASE_URL", app_url)
    monkeypatch.setenv("PARAGON_OWNER_URL", owner_url)
    return paragon


@pytest.fixture
def slug(installed: Paragon, tmp_path: Path) -> str:
    """A tenant like the one of the example, and its slug."""
    slug = f"t-{uuid4().hex}"
    path = tmp_path / "tenant.toml"
    path.write_text(EXAMPLE.read_text().replace("mlekara-primer", slug).replace("klub.mlekara", slug))
    assert installed("tenant", "apply", path, "--yes").status == 0
    return slug
