"""A server for as long as somebody uses it: the first in starts it, the last out stops it.

Two locks in the server's folder say who counts. `turn.lock` is held alone while the server is started or stopped;
`users.lock` is shared by everybody inside. Whoever leaves and can take the second alone was the last.
"""

import os
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from urllib.parse import quote, urlencode

from backend.kit.embedded import place
from backend.kit.embedded.account import Account, server_account
from backend.kit.embedded.binaries import our_programs, server_programs
from backend.kit.embedded.cluster import SUPERUSER, Cluster
from backend.kit.embedded.errors import ServerFailed, ServerInUse
from backend.kit.embedded.locks import LockFile, exclusively, lock_file

OWNER_ROLE = SUPERUSER
APP_ROLE = "paragon_app"
DATABASE = "paragon"


@dataclass(frozen=True, slots=True)
class EmbeddedServer:
    """A server that runs while its context is open. Whoever may enter `socket_dir` needs no password."""

    socket_dir: Path
    bin_dir: Path
    """psql, pgbench, pg_dump and the rest, of the server's own version."""
    log_file: Path

    def url(self, *, role: str, database: str) -> str:
        """A libpq address, which asyncpg takes as it is."""
        where = urlencode({"host": str(self.socket_dir), "port": place.PORT}, quote_via=quote, safe="/")
        return f"postgresql://{quote(role, safe='')}@/{quote(database, safe='')}?{where}"

    @property
    def owner_url(self) -> str:
        """The superuser, for migrations; row-level security does not bind it."""
        return self.url(role=OWNER_ROLE, database=DATABASE)

    @property
    def app_url(self) -> str:
        """The application: it may log in and nothing more until a migration grants it."""
        return self.url(role=APP_ROLE, database=DATABASE)


@contextmanager
def running_server(data_dir: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[EmbeddedServer]:
    """Start the server of this data directory or join it; the last process to leave stops it.

    `settings` are PostgreSQL's own and count only if this process is the one that starts it. Entering again, inside
    too, is cheap and brings a server back that was killed meanwhile. In the main thread SIGTERM and SIGHUP become
    `SystemExit` while inside, unless the process handles them itself: their default would leave the server behind. A
    forked child is no user of its own: it enters itself. Raises `EmbeddedServerError`.
    """
    cluster = _cluster(data_dir.absolute(), settings or {})
    process, had_turn = os.getpid(), False
    with _leaving_on_signals(), lock_file(cluster.folder / "users.lock") as users:
        try:
            with exclusively(cluster.folder / "turn.lock"):
                had_turn = True
                cluster.ensure_running()
                server = EmbeddedServer(place.socket_folder(cluster.folder), our_programs(), cluster.log)
                _provision(server)
                users.share()
            yield server
        finally:
            if had_turn and os.getpid() == process:
                _leave(cluster, users)


def _leave(cluster: Cluster, users: LockFile) -> None:
    with exclusively(cluster.folder / "turn.lock"):
        users.release()
        if users.try_exclusive():
            cluster.ensure_stopped()


def erase_server(data_dir: Path) -> None:
    """Delete the server's folder with all its data, wherever it stands; twice, or by several at once, does no harm.

    Raises `ServerInUse` while somebody is inside.
    """
    data_dir = data_dir.absolute()
    if not os.path.lexists(data_dir / place.FOLDER):
        return
    cluster = _cluster(data_dir, {})
    with exclusively(data_dir):
        if cluster.folder.exists():
            _erase(cluster)
            (data_dir / place.FOLDER).unlink(missing_ok=True)


def _erase(cluster: Cluster) -> None:
    with lock_file(cluster.folder / "users.lock") as users, exclusively(cluster.folder / "turn.lock"):
        if not users.try_exclusive():
            raise ServerInUse(f"A process uses the database in {cluster.folder}: stop it first.")
        cluster.ensure_stopped()
        shutil.rmtree(cluster.folder)


def _cluster(data_dir: Path, settings: Mapping[str, str]) -> Cluster:
    account = server_account()
    folder = place.server_folder(data_dir, account)
    return Cluster(folder, account, server_programs(account), settings)


def _provision(server: EmbeddedServer) -> None:
    variables = [f"--set=app_role={APP_ROLE}", f"--set=database={DATABASE}", "--set=ON_ERROR_STOP=1"]
    script = Path(__file__).with_name("provision.sql")
    done = subprocess.run(
        [server.bin_dir / "psql", "-Xq", *variables, "-f", script, server.url(role=OWNER_ROLE, database="postgres")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
        env=dict(Account.environment),
    )
    if done.returncode != 0:
        raise ServerFailed(f"The database {DATABASE} could not be made: {done.stderr.strip()}")


@contextmanager
def _leaving_on_signals() -> Iterator[None]:
    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    ours = threading.current_thread() is threading.main_thread()
    taken = [s for s in (signal.SIGTERM, signal.SIGHUP) if ours and signal.getsignal(s) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in taken:
            if signal.getsignal(number) is leave:
                signal.signal(number, signal.SIG_DFL)
