"""Where the server's files stand, and that they stay there.

Everything is in one folder of mode 0700, `<data dir>/postgres-18`, that belongs to the OS user of the server. As root
that user may be unable to enter the data directory (a home of mode 0700, which keeps its mode): then the folder is made
under `/var/lib/paragon` and `postgres-18` is a link to it, so that a mode changed later does not make the data vanish.
"""

import hashlib
import os
import shutil
import tempfile
from pathlib import Path

from backend.kit.embedded.account import Account, stand_in_home
from backend.kit.embedded.errors import DataGone, FolderNotOurs
from backend.kit.embedded.locks import exclusively

FOLDER = "postgres-18"
PORT = 5432
# A socket's path has at most 103 bytes on macOS, 107 on Linux; the file's own name takes its part.
SOCKET_FOLDER_BYTES_MAX = 103 - len(f"/.s.PGSQL.{PORT}")
SHORT_PARENT = Path("/tmp")  # noqa: S108  the folder in it has a random name and mode 0700


def default_data_dir() -> Path:
    """`PARAGON_DATA_DIR`, else `.paragon` in the checkout this file is part of, whatever the current folder.

    Installed as a package there is no checkout; then it is the user's own data folder.
    """
    if chosen := os.environ.get("PARAGON_DATA_DIR"):
        return Path(chosen).expanduser().absolute()
    root = Path(__file__).resolve().parents[3]
    if (root / "pyproject.toml").is_file():
        return root / ".paragon"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "paragon"


def server_folder(data_dir: Path, account: Account) -> Path:
    """The server's folder, made if absent. Safe to be asked by several processes at once.

    Raises `FolderNotOurs` when it belongs to another OS user or cannot be made, `DataGone` when its link leads nowhere.
    """
    folder = data_dir / FOLDER
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        with exclusively(data_dir):
            if not os.path.lexists(folder):
                _make(folder, account)
            if not folder.exists():
                raise DataGone(
                    f"The database was in {folder.readlink()}, and that is gone. Put it back, "
                    f"or remove the link {folder} to start with an empty one."
                )
            folder = folder.resolve()
            owner = folder.stat().st_uid
    except OSError as error:
        raise FolderNotOurs(folder, error.strerror) from error
    if owner != account.uid:
        raise FolderNotOurs(folder, f"it belongs to user id {owner}, and the server would run as {account.uid}")
    return folder


def _make(folder: Path, account: Account) -> None:
    if not account.stand_in:
        folder.mkdir(mode=0o700)
    elif account.reaches(folder.parent):
        _make_for(account, folder)
    else:
        name = hashlib.sha256(os.fsencode(folder.parent.resolve())).hexdigest()[:16]
        folder_elsewhere = stand_in_home() / name
        if not folder_elsewhere.exists():
            _make_for(account, folder_elsewhere)
        folder.symlink_to(folder_elsewhere)


def _make_for(account: Account, folder: Path) -> None:
    folder.mkdir(mode=0o700)
    # By descriptor: whoever owns the parent could put a link here between the two steps.
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        os.fchown(handle, account.uid, account.gid)
    finally:
        os.close(handle)


def socket_folder(folder: Path) -> Path:
    """The folder of the running server's socket: `socket`, or what it links to."""
    return (folder / "socket").resolve()


def make_socket_folder(folder: Path, account: Account) -> None:
    """A folder of mode 0700 for the socket; a short one elsewhere when this path is no address for a client.

    A comma is the other reason for going elsewhere: clients read it as a list of hosts.
    """
    link = folder / "socket"
    drop_socket_folder(folder, account)
    if len(os.fsencode(link)) <= SOCKET_FOLDER_BYTES_MAX and "," not in str(link):
        link.mkdir(mode=0o700)
        os.chown(link, account.uid, account.gid, follow_symlinks=False)
        return
    short = Path(tempfile.mkdtemp(prefix="paragon-", dir=SHORT_PARENT))
    os.chown(short, account.uid, account.gid)
    link.symlink_to(short)


def drop_socket_folder(folder: Path, account: Account) -> None:
    """Remove it; only while no server runs."""
    link = folder / "socket"
    if link.is_symlink():
        target = link.readlink()
        if target.parent == SHORT_PARENT and target.is_dir() and target.lstat().st_uid == account.uid:
            shutil.rmtree(target)
        link.unlink()
    elif link.exists():
        shutil.rmtree(link)
