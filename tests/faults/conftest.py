"""An installation of its own, on its own embedded server, that a test may break in any way."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.kit.embedded import erase_server


@pytest.fixture
def data_dir(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The installation's folder, which every process that is started finds in its environment."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o755)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PARAGON_DATA_DIR", str(folder / "data"))
    yield folder / "data"
    erase_server(folder / "data")
    shutil.rmtree(folder)
