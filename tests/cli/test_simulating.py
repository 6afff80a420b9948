"""`paragon campaign simulate` and `replay`: a file in, one JSON value out, and Ctrl-C leaves a cancelled replay."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from backend.kit.embedded.locks import wait_until
from tests.backend.accrual.test_simulation import BASKET
from tests.cli.conftest import Paragon
from tests.fixtures.campaigns import drafted, giving
from tests.fixtures.replays import many_receipts
from tests.fixtures.served import ROOT
from tests.fixtures.world import World

PERIOD = ("--from", "2026-01-01", "--to", "2026-12-31")


async def run(paragon: Paragon, *args: object) -> Any:
    """The command in a thread, for it runs a loop of its own."""
    return await asyncio.to_thread(paragon, *map(str, args))


async def test_tron_04_a_basket_is_simulated_from_a_file(installed: Paragon, world: World, tmp_path: Path) -> None:
    await drafted(world, "draft", {"promotions": [giving("7")]})
    basket = tmp_path / "basket.json"
    basket.write_text(json.dumps(BASKET))
    command = ("campaign", "simulate", "--tenant", world.tenant_id.hex, "--basket", basket, "--campaign", "draft")
    found = (await run(installed, *command, "--json")).value
    assert (found["outcome"]["points"], found["campaigns"][0]["state"]) == ("7", "draft")
    basket.write_text(json.dumps({**BASKET, "member": None}))
    said = (await run(installed, *command, "--campaign", "welcome", "--lang", "sr-Latn")).out
    assert "draft (revision 1, draft)" in said
    assert "- yoghurt: Namenjeno je drugim kupcima." in said
    basket.write_text(json.dumps({**BASKET, "surprise": 1}))
    refused = await run(installed, *command, "--json")
    assert (refused.status, refused.value["code"], refused.value["errors"][0]["pointer"]) == (
        1,
        "malformed-document",
        "/surprise",
    )


async def test_mt_30_a_campaign_is_replayed_without_a_worker(installed: Paragon, world: World) -> None:
    await many_receipts(world, 3)
    tickets = {"id": "tickets", "benefit": {"type": "entries", "draw": "easter"}}
    await drafted(world, "draft", {"promotions": [giving("7", limits={"total": 2}), tickets]})
    command = ("campaign", "replay", "draft", "--tenant", world.tenant_id.hex, *PERIOD)
    found = (await run(installed, *command, "--json")).value
    assert (found["cost"]["points"], found["receipts"]["seen"]) == ("14", 3)
    said = (await run(installed, *command)).out
    assert "points of the campaign  14" in said
    assert re.search(r"points +│ +│ 0 +│ 14 +│ 14", said), "what was given beside what would be, by kind"
    assert re.search(r"entries +│ easter +│ 0 +│ 3 +│ 3", said)
    assert "uses of draft: 2 of 2, too little left on 2026-03-01".replace("draft", "five") in said
    refused = await run(installed, "campaign", "replay", "none", "--tenant", world.tenant_id.hex, *PERIOD, "--json")
    assert (refused.status, refused.value["code"]) == (1, "campaign-not-found")


async def test_ctrl_c_cancels_a_replay(world: World, environment: dict[str, str], tmp_path: Path) -> None:
    await many_receipts(world, 6_000)
    command = [sys.executable, "-m", "backend.cli", "campaign", "replay", "welcome", "--json", *PERIOD]
    log = tmp_path / "replay.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 (waited for in a thread)
            [*command, "--tenant", world.tenant_id.hex],
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stdout=output,
            stderr=subprocess.DEVNULL,
        )
    loop = asyncio.get_running_loop()

    async def replays() -> list[Any]:
        return await world.rows("select state, receipts_done, receipts_total from replay where tenant_id = :tenant")

    def at_work() -> bool:
        rows = asyncio.run_coroutine_threadsafe(replays(), loop).result()
        return process.poll() is not None or bool(rows and rows[0].receipts_done)

    assert await asyncio.to_thread(wait_until, at_work, within_s=30)
    process.send_signal(signal.SIGINT)
    assert await asyncio.to_thread(process.wait, 30) == 130, log.read_text()
    assert json.loads(log.read_text().splitlines()[0])["code"] == "cancelled"
    ((state, done, total),) = await replays()
    assert state == "cancelled"
    assert done < total
    assert await world.count("replay_sum") == 0
