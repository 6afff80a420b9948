"""Whatever is killed in mid-path, what was acknowledged is settled exactly once."""

import asyncio
import contextlib
import os
import random
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import httpx
import pytest

from backend.demo import processes
from backend.demo.processes import Addresses, await_answer, free_addresses, start
from backend.demo.seed import DemoTenant, seed
from backend.kit.clock import utc_now
from backend.kit.db import Database, connect
from backend.kit.embedded import running_server
from backend.members.tokens import Caller, issue_token
from backend.migrations.runner import upgrade
from backend.settings import Settings

MEMBERS = 8
BASKET: list[dict[str, Any]] = [{"gtin": "9520101000040", "quantity": 3}, {"gtin": "9520101000071"}]
VICTIMS = ("api", "api-child", "worker", "postmaster")
PATIENCE_S = 40


@dataclass
class Installation:
    """The demo's processes, with the worker on its own, and somebody who starts anew what has died."""

    addresses: Addresses
    output: IO[bytes]
    log: Path
    postmaster: Path
    tenant: DemoTenant
    tokens: list[str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def commands(self) -> dict[str, Sequence[str]]:
        return {"api": ["serve", "--port", self.addresses.api.rpartition(":")[2]], "worker": ["worker"]}

    def revive(self) -> None:
        for name, command in self.commands.items():
            process = self.running.get(name)
            if process is None or process.poll() is not None:
                self.running[name] = start(command, self.addresses, self.output)

    async def supervise(self) -> None:
        while True:
            self.revive()
            await asyncio.sleep(0.1)

    def stop(self) -> None:
        for process in self.running.values():
            processes.stop(process)

    def kill(self, victim: str) -> None:
        """kill -9; a victim that is just not there was killed a moment ago."""
        with contextlib.suppress(OSError, IndexError):
            match victim:
                case "postmaster":
                    os.kill(int(self.postmaster.read_text().split()[0]), signal.SIGKILL)
                case "api-child":
                    os.kill(children_of(self.running["api"].pid)[0], signal.SIGKILL)
                case _:
                    self.running[victim].kill()


def children_of(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


@contextlib.asynccontextmanager
async def installed(data_dir: Path) -> AsyncIterator[Installation]:
    """Everything up, with a tenant whose members have tokens."""
    settings = Settings()
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(running_server(data_dir, settings={"fsync": "off"}))
        await upgrade(server.owner_url)
        database = Database(server.app_url, connections_max=2)
        tenant = await seed(database, members=MEMBERS, key=settings.token_key(), now=utc_now())
        await database.close()
        later = utc_now() + timedelta(hours=2)
        callers = [Caller(tenant.tenant_id, member.id) for member in tenant.members]
        tokens = [issue_token(settings.token_key(), caller, expires_at=later) for caller in callers]
        addresses, log = stack.enter_context(free_addresses()), data_dir.parent / "processes.log"
        output = stack.enter_context(log.open("wb"))
        postmaster = data_dir / "postgres-18" / "cluster" / "postmaster.pid"
        whole = Installation(addresses, output, log, postmaster, tenant, tokens)
        stack.callback(whole.stop)
        playground = start(
            ["playground", "serve", "--port", addresses.playground.rpartition(":")[2]], addresses, output
        )
        stack.callback(processes.stop, playground)
        whole.revive()
        await asyncio.to_thread(await_answer, addresses.playground, playground, log)
        await asyncio.to_thread(await_answer, f"{addresses.api}/readyz", whole.running["api"], log)
        supervising = asyncio.get_running_loop().create_task(whole.supervise())
        yield whole
        supervising.cancel()


async def submitted(client: httpx.AsyncClient, whole: Installation, number: int) -> str:
    """A new slip, submitted under one key until somebody answers; the receipt's id."""
    issued = await client.post(
        f"{whole.addresses.playground}/playground/issue", json={"shop": "9100001", "items": BASKET}
    )
    headers = {
        "Authorization": f"Bearer {whole.tokens[number % MEMBERS]}",
        "Idempotency-Key": f"slip-{number}",
    }
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(httpx.HTTPError):
            answer = await client.post(
                f"{whole.addresses.api}/api/v1/receipts", json={"payload": issued.json()["payload"]}, headers=headers
            )
            if answer.status_code == 202:
                return str(answer.json()["id"])
            assert answer.status_code == 503, f"{answer.text}\n{whole.log.read_text()[-3000:]}"
        await asyncio.sleep(0.05)
    raise AssertionError(f"slip {number} was never taken: {whole.log.read_text()[-3000:]}")


async def looked_up(app_url: str, whole: Installation, query: str) -> list[Any]:
    """What the tenant's own eyes see; $1 is the tenant."""
    connection = await connect(app_url)
    try:
        async with connection.transaction():
            await connection.execute("select set_config('app.tenant', $1, true)", str(whole.tenant.tenant_id))
            return list(await connection.fetch(query, whole.tenant.tenant_id))
    finally:
        await connection.close()


async def all_done(app_url: str, whole: Installation) -> None:
    """Wait until nothing is left to do."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        left = await looked_up(app_url, whole, "select kind, state, attempts, last_error from job where tenant_id = $1")
        if not left:
            return
        assert time.monotonic() < deadline, f"{left}\n{whole.log.read_text()[-3000:]}"
        await asyncio.sleep(0.1)


async def assert_exactly_once(app_url: str, whole: Installation, receipts: list[str]) -> None:
    states = await looked_up(app_url, whole, "select id, state from receipt where tenant_id = $1")
    assert sorted(str(row["id"]) for row in states) == sorted(receipts), "one receipt for each that was acknowledged"
    assert {row["state"] for row in states} == {"settled"}

    transfers = await looked_up(app_url, whole, "select kind, reference from ledger_transfer where tenant_id = $1")
    assert sorted(row["reference"] for row in transfers) == sorted(f"receipt:{receipt}" for receipt in receipts)

    settlements = await looked_up(app_url, whole, "select points from settlement where tenant_id = $1")
    assert len({row["points"] for row in settlements}) == 1, "equal slips bring equal points"
    balances = await looked_up(
        app_url, whole, "select kind, balance, member_id from ledger_account where tenant_id = $1 and kind = 'points'"
    )
    assert sum(row["balance"] for row in balances) == len(receipts) * settlements[0]["points"] > 0

    messages = await looked_up(app_url, whole, "select reference from message where tenant_id = $1")
    settled = [row["reference"] for row in messages if row["reference"].startswith("receipt-settled:")]
    assert sorted(settled) == sorted(f"receipt-settled:{receipt}" for receipt in receipts)
    unsent = await looked_up(app_url, whole, "select 1 from delivery where tenant_id = $1 and state <> 'accepted'")
    assert unsent == []

    events = await looked_up(
        app_url, whole, "select member_id, seq, kind from member_event where tenant_id = $1 order by member_id, seq"
    )
    assert len(events) == 3 * len(receipts)
    heads = await looked_up(app_url, whole, "select last_seq from member_event_head where tenant_id = $1")
    assert sum(row["last_seq"] for row in heads) == len(events), "numbers without a gap"


@pytest.mark.parametrize(
    "rounds", [10, pytest.param(120, marks=[pytest.mark.soak, pytest.mark.timeout(900)])], ids=["short", "long"]
)
async def test_kills_in_mid_path_burn_nothing_and_double_nothing(data_dir: Path, rounds: int) -> None:
    rng = random.Random(rounds)  # noqa: S311 (chooses whom to kill)
    victims = [VICTIMS[number % len(VICTIMS)] for number in range(rounds)]
    rng.shuffle(victims)
    receipts: list[str] = []
    async with installed(data_dir) as whole, httpx.AsyncClient(timeout=5) as client:
        for number, victim in enumerate(victims):
            sending = [asyncio.ensure_future(submitted(client, whole, 3 * number + slip)) for slip in range(3)]
            await asyncio.sleep(rng.uniform(0.01, 0.3))  # somewhere on the path
            whole.kill(victim)
            receipts += await asyncio.gather(*sending)
        with running_server(data_dir) as server:
            await all_done(server.app_url, whole)
            await assert_exactly_once(server.app_url, whole, receipts)
    assert len(receipts) == 3 * rounds
