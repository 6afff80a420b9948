"""Processes that use an embedded server, and folders for its data that leave nothing behind."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from backend.kit.embedded import EmbeddedServer, account, erase_server, running_server
from backend.kit.embedded.binaries import our_programs

ROOT = Path(__file__).parents[4]


class User:
    """A process of `user_program.py`."""

    def __init__(self, data_dir: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("user_program.py")), str(data_dir), *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])},
            start_new_session=True,
        )

    def said(self) -> tuple[str, str]:
        assert self.process.stdout is not None
        word, _, rest = self.process.stdout.readline().strip().partition(" ")
        return word, rest

    def socket_dir(self) -> Path:
        word, folder = self.said()
        assert word == "in", f"the process did not get in: {word} {folder}"
        return Path(folder)

    def leave(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(timeout=30) == 0

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every OS user may enter; pytest's own are closed, which is a case for itself."""
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    erase_server(folder / "data")
    shutil.rmtree(folder)


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory's path, not made yet."""
    with open_folder() as folder:
        yield folder / "data"


@pytest.fixture(scope="module")
def made_dir() -> Iterator[Path]:
    """A data directory whose database exists already, with nobody inside; the module's tests share it."""
    with open_folder() as folder:
        with running_server(folder / "data", settings={"fsync": "off"}):
            pass
        yield folder / "data"


@pytest.fixture
def enter() -> Iterator[Callable[..., User]]:
    """Start a process that enters a data directory; it is killed at the end if it has not left by then."""
    users: list[User] = []

    def start(folder: Path, *options: str) -> User:
        users.append(User(folder, *options))
        return users[-1]

    yield start
    for user in users:
        user.end()


@pytest.fixture
def answers() -> Callable[[Path], bool]:
    """Whether something listens in this socket folder."""

    def ask(socket_dir: Path) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(socket_dir / ".s.PGSQL.5432")) == 0

    return ask


@pytest.fixture
def sql() -> Callable[[EmbeddedServer, str], str]:
    """Run statements as the owner; the answer's fields are parted by `|`, its rows by line ends."""

    def run(server: EmbeddedServer, statements: str) -> str:
        psql = str(server.bin_dir / "psql")
        command = [psql, "-XqAt", "-v", "ON_ERROR_STOP=1", "-c", statements, server.owner_url]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    return run


@pytest.fixture
def as_root(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """For tests of what root does: skips anybody else, and moves root's own folder to a temporary one."""
    if os.geteuid() != 0:
        pytest.skip("only root can act as several OS users")
    home = Path(tempfile.mkdtemp(prefix="pg-home-", dir="/tmp"))
    home.chmod(0o755)
    monkeypatch.setattr(account, "STAND_IN_HOME", home)
    yield home
    shutil.rmtree(home)


@pytest.fixture
def other_uid(as_root: Path) -> int:  # noqa: ARG001  asked for what it does
    """An ordinary OS user that is not the server's."""
    uid = pwd.getpwnam("nobody").pw_uid
    if not account.Account(uid, uid, stand_in=True).reaches(our_programs()):
        pytest.skip("this environment is closed to other OS users")
    return uid
