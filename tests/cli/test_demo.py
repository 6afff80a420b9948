"""`paragon demo` in processes of its own, on a server and data of its own."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from backend.demo.errors import DemoFailed
from backend.demo.processes import await_answer
from backend.kit.embedded import erase_server
from tests.cli.conftest import Paragon

DEADLINE_S = 90


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation that knows nothing but where its data are."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARAGON_", "DATABASE_"))}
    yield {**kept, "PARAGON_DATA_DIR": str(tmp_path / "data")}
    erase_server(tmp_path / "data")


def _demo(environment: dict[str, str], *options: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "backend.cli", "demo", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_inf_46_the_demo_plays_its_story_once_from_nothing(environment: dict[str, str]) -> None:
    with _demo(environment, "--once") as demo:
        out, err = demo.communicate(timeout=DEADLINE_S)
    assert (demo.returncode, err) == (0, "")
    assert "Every step held." in out
    assert "receipt-already-claimed" in out
    assert re.search(r"message console shows \d{6}\n", out)
    assert "  receipt-confirmed\n  points-changed\n  receipt-settled, " in out
    assert re.search(r"Perun klub: \d+ points\n  404 receipt-not-found", out)
    assert re.search(r"čokoladno mleko 500ml: \+(\d+), taken back \1\n", out)
    assert "zbog povraćaja robe" in out
    (file,) = Path(environment["PARAGON_DATA_DIR"]).glob("demo*.log")
    log = file.read_text()
    assert "poen" not in log, "what members are told is shown by the console, and stays out of the logs"
    assert "vl=" not in log, "a receipt's code may hold its buyer, so it is never logged"


def test_the_demo_serves_programs_until_it_is_told_to_stop(environment: dict[str, str], paragon: Paragon) -> None:
    with _demo(environment, "--json") as demo:
        assert demo.stdout is not None
        where = json.loads(demo.stdout.readline())
        assert set(where) == {"api", "playground", "member_tokens", "console"}
        assert len(set(where["member_tokens"])) == 64
        slip = paragon("playground", "issue", "--at", where["playground"], "--total", "1250.00", "--json").value
        assert (set(slip), slip["total"]) == ({"payload", "png", "fiscal_id", "total"}, "1250.00")
        refund = paragon("playground", "issue", "--at", where["playground"], "--refund-of", slip["fiscal_id"], "--json")
        assert refund.value["total"] == "1250.00"
        staged = paragon("playground", "set", "--at", where["playground"], "--slow", "5", "--down", "--json").value
        assert (staged["slow_ms"], staged["down"], staged["bad_request"]) == (5, True, False)
        paragon("playground", "set", "--at", where["playground"], "--up")
        left = paragon("playground", "state", "--at", where["playground"], "--json").value
        assert (left["slow_ms"], left["down"]) == (5, False)
        excess = paragon("playground", "set", "--at", where["playground"], "--slow", "999999999")
        assert (excess.status, "(playground-refuses)" in excess.err) == (1, True)
        with httpx.Client(headers={"Authorization": f"Bearer {where['member_tokens'][5]}"}, timeout=30) as client:
            taken = client.post(f"{where['api']}/receipts", json={"payload": slip["payload"]})
            assert (taken.status_code, taken.json()["facts"]["total"]) == (202, "1250.00")
            assert client.get(where["console"]).status_code == 200
        demo.send_signal(signal.SIGTERM)
        rest, err = demo.communicate(timeout=DEADLINE_S)
    assert (demo.returncode, rest, err) == (0, "", "")
    for address in (where["api"], where["playground"]):
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
    for command in ("issue", "state"):
        gone = paragon("playground", command, "--at", where["playground"])
        assert (gone.status, "no playground answers" in gone.err) == (1, True)


def test_two_demos_at_once_serve_side_by_side_and_end_when_a_process_dies(environment: dict[str, str]) -> None:
    with _demo(environment, "--json") as one, _demo(environment, "--json") as other:
        assert one.stdout is not None
        assert other.stdout is not None
        found = [json.loads(demo.stdout.readline()) for demo in (one, other) if demo.stdout]
        assert len({where[name] for where in found for name in ("api", "playground")}) == 4
        for where in found:
            assert httpx.get(where["playground"]).is_success
        for demo in (one, other):
            os.kill(_playground_of(demo.pid), signal.SIGKILL)
        ends = [demo.communicate(timeout=DEADLINE_S) for demo in (one, other)]
    assert [demo.returncode for demo in (one, other)] == [1, 1]
    for (_, err), where in zip(ends, found, strict=True):
        assert f"paragon: The demo stopped: the process at {where['playground']} ended (-9)" in err
        assert "Traceback" not in err


def _playground_of(pid: int) -> int:
    """The demo's child that serves the playground."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    (found,) = (int(child) for child in children if b"playground" in Path(f"/proc/{child}/cmdline").read_bytes())
    return found


def test_another_programs_answer_is_not_taken_for_the_process_own(tmp_path: Path) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

    log = tmp_path / "log"
    log.touch()
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as foreign:
        threading.Thread(target=foreign.serve_forever).start()
        with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
            threading.Timer(1, process.communicate).start()
            with pytest.raises(DemoFailed):
                await_answer(f"http://127.0.0.1:{foreign.server_port}/", process, log)
        foreign.shutdown()


@pytest.mark.usefixtures("world")
def test_the_demo_leaves_other_peoples_database_alone(installed: Paragon) -> None:
    ran = installed("demo", "--once")
    assert (ran.status, ran.out) == (1, "")
    assert "(demo-database-refused)" in ran.err


@pytest.mark.parametrize("total", ["x", "1.234", "NaN", "Infinity"])
def test_a_total_that_is_no_amount_is_refused(paragon: Paragon, total: str) -> None:
    ran = paragon("playground", "issue", "--at", "http://127.0.0.1:1", "--total", total)
    assert (ran.status, "--total" in ran.err) == (2, True)
