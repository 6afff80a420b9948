"""Who starts the server and who stops it, whatever happens to the processes between."""

import fcntl
import os
import signal
import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from backend.kit.embedded import EmbeddedServer, EmbeddedServerError, erase_server, locks, running_server
from backend.kit.embedded.locks import wait_until

FAST = {"fsync": "off"}
STARTED = "select pg_postmaster_start_time()"

Enter = Callable[..., Any]
Answers = Callable[[Path], bool]
Sql = Callable[[EmbeddedServer, str], str]


def server_pids(server: EmbeddedServer, sql: Sql) -> list[int]:
    children = sql(server, "select pid from pg_stat_activity where pid <> pg_backend_pid()").split()
    return [postmaster_pid(server), *(int(pid) for pid in children)]


def postmaster_pid(server: EmbeddedServer) -> int:
    return int((server.log_file.parent / "cluster" / "postmaster.pid").read_text().split()[0])


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def test_the_last_one_out_stops_the_server(made_dir: Path, enter: Enter, answers: Answers) -> None:
    with running_server(made_dir, settings=FAST) as server:
        other = enter(made_dir)
        assert other.socket_dir() == server.socket_dir
    assert answers(server.socket_dir)
    other.leave()
    assert not answers(server.socket_dir)
    assert not (made_dir / "postgres-18" / "cluster" / "postmaster.pid").exists()


def test_eight_processes_that_start_at_once_share_one_server(data_dir: Path, enter: Enter, answers: Answers) -> None:
    users = [enter(data_dir) for _ in range(8)]
    sockets = {user.socket_dir() for user in users}
    assert len(sockets) == 1
    log = (data_dir / "postgres-18" / "server.log").read_text()
    assert log.count("database system is ready to accept connections") == 1
    assert not list((data_dir / "postgres-18").glob("cluster.new-*"))
    for user in users:
        user.leave()
    assert not answers(sockets.pop())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_terminated_process_stops_the_server(
    number: signal.Signals, made_dir: Path, enter: Enter, answers: Answers
) -> None:
    user = enter(made_dir)
    socket_dir = user.socket_dir()
    user.process.send_signal(number)
    assert user.process.wait(timeout=30) == 128 + number
    assert not answers(socket_dir)


def test_a_killed_process_does_not_keep_the_server_up(made_dir: Path, enter: Enter, answers: Answers) -> None:
    api, worker = enter(made_dir), enter(made_dir)
    socket_dir = api.socket_dir()
    worker.socket_dir()
    api.end()
    assert answers(socket_dir)
    worker.leave()
    assert not answers(socket_dir)


def test_a_server_whose_users_were_all_killed_is_joined_and_stopped(
    made_dir: Path, enter: Enter, answers: Answers, sql: Sql
) -> None:
    only = enter(made_dir)
    socket_dir = only.socket_dir()
    before = (made_dir / "postgres-18" / "cluster" / "postmaster.pid").read_text()
    only.end()
    with running_server(made_dir) as server:
        assert str(postmaster_pid(server)) == before.split()[0]
        assert sql(server, "select 1") == "1"
    assert not answers(socket_dir)


def test_ctrl_c_in_the_terminal_of_the_starter_leaves_the_server_to_the_others(
    made_dir: Path, enter: Enter, sql: Sql
) -> None:
    starter = enter(made_dir)
    starter.socket_dir()
    with running_server(made_dir) as server:
        before = sql(server, STARTED)
        os.killpg(starter.process.pid, signal.SIGINT)
        assert starter.process.wait(timeout=30) != 0
        assert sql(server, STARTED) == before


def test_committed_rows_survive_kill_9_of_the_whole_server(made_dir: Path, sql: Sql) -> None:
    with running_server(made_dir) as server:
        sql(server, "create table kept (n int); insert into kept values (42)")
        for pid in server_pids(server, sql):
            os.kill(pid, signal.SIGKILL)
        with running_server(made_dir) as again:
            assert sql(again, "select n from kept") == "42"
    assert "database system was not properly shut down" in server.log_file.read_text()


def test_a_pid_file_that_names_somebody_elses_process_does_not_block_the_start(made_dir: Path, sql: Sql) -> None:
    with running_server(made_dir, settings=FAST):
        pid_file = made_dir / "postgres-18" / "cluster" / "postmaster.pid"
        owner, text = pid_file.stat().st_uid, pid_file.read_text().split("\n")
    with ExitStack() as stack:
        # A process of the server's own OS user: PostgreSQL takes that for another server.
        user = owner if os.geteuid() == 0 else None
        stranger = stack.enter_context(subprocess.Popen(["cat"], stdin=subprocess.PIPE, user=user))
        pid_file.write_text("\n".join([str(stranger.pid), *text[1:]]))
        with running_server(made_dir, settings=FAST) as server:
            assert postmaster_pid(server) != stranger.pid
            assert sql(server, "select 1") == "1"
        assert stranger.poll() is None


@pytest.mark.parametrize(
    ("number", "initdb_goes_on"), [(signal.SIGKILL, False), (signal.SIGKILL, True), (signal.SIGTERM, True)]
)
def test_a_start_that_is_cut_off_leaves_no_half_made_database(
    number: signal.Signals, initdb_goes_on: bool, data_dir: Path, enter: Enter, sql: Sql
) -> None:
    cut_off = enter(data_dir)
    folder = data_dir / "postgres-18"
    assert wait_until(lambda: bool(list(folder.glob("cluster.new-*/base"))), within_s=30)
    initdb = children_of(cut_off.process.pid)
    cut_off.process.send_signal(number)
    for pid in [] if initdb_goes_on else initdb:
        os.kill(pid, signal.SIGKILL)
    cut_off.process.wait(timeout=30)
    assert not (folder / "cluster").exists()
    with running_server(data_dir, settings=FAST) as server:
        assert sql(server, "select current_database()") == "paragon"
        assert not list(folder.glob("cluster.new-*"))


def test_a_forked_childs_end_takes_nothing_from_its_parent(made_dir: Path, enter: Enter, answers: Answers) -> None:
    parent = enter(made_dir, "--fork")
    socket_dir = parent.socket_dir()
    assert answers(socket_dir)
    with running_server(made_dir):
        pass
    assert answers(socket_dir)
    parent.leave()
    assert not answers(socket_dir)


def test_a_process_that_handles_sigterm_itself_keeps_its_handler(made_dir: Path) -> None:
    def own(*_: object) -> None:
        raise AssertionError

    before, hangup_before = signal.signal(signal.SIGTERM, own), signal.getsignal(signal.SIGHUP)
    try:
        with running_server(made_dir, settings=FAST):
            assert signal.getsignal(signal.SIGTERM) is own
            assert signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL
        assert signal.getsignal(signal.SIGTERM) is own
        assert signal.getsignal(signal.SIGHUP) is hangup_before
    finally:
        signal.signal(signal.SIGTERM, before)


def test_a_server_that_does_not_start_says_why(made_dir: Path) -> None:
    with (
        pytest.raises(EmbeddedServerError, match="shared_buffers") as caught,
        running_server(made_dir, settings={**FAST, "shared_buffers": "nonsense"}),
    ):
        pytest.fail("it started")
    assert caught.value.code == "embedded-server-failed"
    with running_server(made_dir, settings=FAST) as server:
        assert server.log_file.exists()


def test_a_lock_that_is_never_given_back_is_an_error_and_no_hang(
    made_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running_server(made_dir, settings=FAST):
        pass
    monkeypatch.setattr(locks, "BUSY_S", 0)
    handle = os.open(made_dir / "postgres-18" / "turn.lock", os.O_RDWR)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with pytest.raises(EmbeddedServerError) as caught, running_server(made_dir):
            pytest.fail("it did not wait its turn")
    finally:
        os.close(handle)
    assert caught.value.code == "embedded-server-busy"


def test_erasing_is_refused_while_somebody_is_inside(data_dir: Path, answers: Answers) -> None:
    with running_server(data_dir, settings=FAST) as server:
        with pytest.raises(EmbeddedServerError) as caught:
            erase_server(data_dir)
        assert answers(server.socket_dir)
    assert caught.value.code == "embedded-server-in-use"
    with ThreadPoolExecutor(4) as several:
        erased = [several.submit(erase_server, data_dir) for _ in range(4)]
    assert [one.result() for one in erased] == [None] * 4
    assert list(data_dir.iterdir()) == []
