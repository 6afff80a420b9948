"""One PostgreSQL cluster: made whole or not at all, started, stopped.

Whether a server runs is never read from its pid file, whose number may belong to anybody by now. The server and all its
children inherit a locked descriptor of `alive.lock`: whoever can take that lock knows that not one of them lives.
Callers hold `turn.lock`, so each function here is alone with the folder.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backend.kit.embedded import place
from backend.kit.embedded.account import Account
from backend.kit.embedded.errors import ServerFailed
from backend.kit.embedded.locks import lock_file, wait_until

START_S = 120
STOP_S = 60
LOG_LINES = 20
SUPERUSER = "paragon_owner"
UNFINISHED = "cluster.new-"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The server's folder, the OS user it runs as and the programs that user can run."""

    folder: Path
    account: Account
    programs: Path
    settings: Mapping[str, str]

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder; absent until it is whole."""
        return self.folder / "cluster"

    @property
    def log(self) -> Path:
        """What the server says, from every start so far."""
        return self.folder / "server.log"

    def ensure_running(self) -> None:
        """A server that takes connections: the one that runs or, if none does, a new one.

        A server on its way up or down, left so by a process that was killed, is waited for.
        """
        if not wait_until(lambda: self._start_if_dead() or self._takes_connections(), within_s=START_S):
            raise ServerFailed(f"The database server did not answer within {START_S} seconds.\n{self._log_end(0)}")

    def ensure_stopped(self) -> None:
        """Sessions are cut, committed data are safe; a server already dead is no error."""
        if self._is_dead():
            return
        if not wait_until(self._asked_to_stop, within_s=STOP_S):
            raise ServerFailed(f"The database server did not stop within {STOP_S} seconds.\n{self._log_end(0)}")
        place.drop_socket_folder(self.folder, self.account)

    def _asked_to_stop(self) -> bool:
        # Asked again each time: one that was interrupted on its way up has not written its pid file yet.
        self._control("stop", "-m", "fast", "-w", "-t", str(STOP_S))
        return self._is_dead()

    def _is_dead(self) -> bool:
        with lock_file(self.folder / "alive.lock") as alive:
            return alive.try_exclusive()

    def _takes_connections(self) -> bool:
        socket = str(place.socket_folder(self.folder))
        return self._program("pg_isready", "-q", "-h", socket, "-p", str(place.PORT)).returncode == 0

    def _start_if_dead(self) -> bool:
        with lock_file(self.folder / "alive.lock") as alive:
            if not alive.try_exclusive():
                return False
            if not self.data.exists():
                self._make_data(alive.handle)
            # Nobody is alive to own it, and a number that the system has given away since would block the start.
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            place.make_socket_folder(self.folder, self.account)
            log_before = self.log.stat().st_size if self.log.exists() else 0
            started = self._control(
                *("start", "-w", "-t", str(START_S), "-l", self.log.name),
                *("-o", self._options(), "-p", str(self.programs / "postgres")),
                keep=(alive.handle,),
            )
        if started.returncode != 0:
            raise ServerFailed(f"The database server did not start.\n{self._log_end(log_before)}")
        return True

    def _make_data(self, alive: int) -> None:
        """Into a sibling that is renamed when whole; the lock goes along, so that an orphan is waited for."""
        for unfinished in self.folder.glob(f"{UNFINISHED}*"):
            shutil.rmtree(unfinished)
        fresh = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder))
        os.chown(fresh, self.account.uid, self.account.gid, follow_symlinks=False)
        made = self._program(
            *("initdb", "-D", str(fresh), f"--username={SUPERUSER}", "--auth-local=trust", "--auth-host=reject"),
            *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
            *("--text-search-config=simple", *(["--no-sync"] if self.settings.get("fsync") == "off" else [])),
            keep=(alive,),
        )
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise ServerFailed(f"The database could not be made in {self.folder}.\n{made.stderr.strip()}")
        fresh.rename(self.data)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def _options(self) -> str:
        settings = {
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_checkpoints": "off",
            **self.settings,
            "listen_addresses": "",
            "port": str(place.PORT),
            "unix_socket_directories": str(place.socket_folder(self.folder)),
            "unix_socket_permissions": "0700",
        }
        # The first pair says in a process list whose server it is; pg_ctl itself reads PGDATA.
        pairs = [("-D", str(self.data)), *(("-c", f"{name}={value}") for name, value in settings.items())]
        return shlex.join(word for pair in pairs for word in pair)

    def _control(self, *words: str, keep: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
        # pg_ctl builds a shell line with its paths in double quotes: it gets them by environment and current folder.
        return self._program("pg_ctl", *words, keep=keep)

    def _program(self, name: str, *words: str, keep: tuple[int, ...] = ()) -> subprocess.CompletedProcess[str]:
        environment = {"PGDATA": str(self.data)}
        return self.account.run([self.programs / name, *words], cwd=self.folder, environment=environment, keep=keep)

    def _log_end(self, start: int) -> str:
        if not self.log.exists():
            return "It wrote no log."
        with self.log.open(errors="replace") as file:
            file.seek(start)
            lines = file.read().splitlines()
        return "\n".join([f"The end of {self.log}:", *lines[-LOG_LINES:]])
