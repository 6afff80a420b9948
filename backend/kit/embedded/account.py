"""As which OS user PostgreSQL runs: ourselves, or, since it refuses root, a system user that owns nothing else."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from backend.kit.embedded.errors import AccountMissing, FolderNotOurs, ServerFailed
from backend.kit.embedded.locks import exclusively

SYSTEM_USER = "paragon"
STAND_IN_HOME = Path("/var/lib/paragon")
COMMAND_S = 150


@dataclass(frozen=True, slots=True)
class Account:
    """The OS user that owns the data and runs the server; `stand_in` when that is not who we are."""

    uid: int
    gid: int
    stand_in: bool

    # Nothing of our environment goes along: it holds secrets, and PG* variables that would move the server.
    environment: ClassVar[Mapping[str, str]] = {"PATH": os.defpath, "LC_ALL": "C"}

    def run(
        self,
        command: Sequence[str | Path],
        *,
        cwd: Path = Path("/"),
        environment: Mapping[str, str] | None = None,
        keep: tuple[int, ...] = (),
    ) -> subprocess.CompletedProcess[str]:
        """Run a program as this user, away from our terminal's Ctrl-C; `keep` lists descriptors it inherits.

        Its failure is the caller's to judge. A program that this user cannot reach raises PermissionError.
        """
        try:
            return self._run(command, cwd, environment or {}, keep)
        except subprocess.TimeoutExpired as error:
            raise ServerFailed(f"{command[0]} did not end within {COMMAND_S} seconds.") from error

    def _run(
        self, command: Sequence[str | Path], cwd: Path, environment: Mapping[str, str], keep: tuple[int, ...]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=COMMAND_S,
            stdin=subprocess.DEVNULL,
            cwd=cwd,
            env={**self.environment, **environment},
            pass_fds=keep,
            start_new_session=True,
            umask=0o077,
            user=self.uid if self.stand_in else None,
            group=self.gid if self.stand_in else None,
            extra_groups=[] if self.stand_in else None,
        )

    def reaches(self, folder: Path) -> bool:
        """Whether this user may enter the folder; asked of the kernel, which knows more than modes."""
        return self.run(["/bin/sh", "-c", 'cd -- "$0"', folder]).returncode == 0


def stand_in_home() -> Path:
    """Where root keeps what the system user needs, made if absent, with a mode that lets that user pass."""
    if not STAND_IN_HOME.exists():
        try:
            STAND_IN_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
            STAND_IN_HOME.chmod(0o755)  # our umask may have taken the right to pass away
        except OSError as error:
            raise FolderNotOurs(STAND_IN_HOME, error.strerror) from error
    return STAND_IN_HOME


def server_account() -> Account:
    """The account for this process; as root the system user is made if absent. Raises `AccountMissing`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), stand_in=False)
    found = _find() or _make()
    if found.pw_uid == 0:
        raise AccountMissing(f"The OS user {SYSTEM_USER} is another name of root, which PostgreSQL refuses.")
    return Account(found.pw_uid, found.pw_gid, stand_in=True)


def _find() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        return None


def _make() -> pwd.struct_passwd:
    with exclusively(stand_in_home()):
        said = "neither useradd nor adduser is installed"
        for command in _commands():
            if _find() is None and (tool := shutil.which(command[0], path="/usr/sbin:/sbin:/usr/bin:/bin")):
                done = subprocess.run([tool, *command[1:]], check=False, capture_output=True, text=True, timeout=60)
                said = done.stderr.strip() or f"{tool} ended with {done.returncode}"
        found = _find()
    if found is None:
        raise AccountMissing(
            f"PostgreSQL refuses to run as root, and the OS user {SYSTEM_USER} cannot be made: {said}. "
            f"Make it (useradd --system {SYSTEM_USER}), start Paragon as an ordinary user, or set DATABASE_URL."
        )
    return found


def _commands() -> list[list[str]]:
    useradd = ["useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    busybox = ["adduser", "-S", "-D", "-H", "-h", "/nonexistent"]
    return [
        [*useradd, "--shell", "/usr/sbin/nologin", SYSTEM_USER],
        [*busybox, "-s", "/sbin/nologin", SYSTEM_USER],
    ]
