"""A campaign is replayed over 50 000 receipts within bounds of memory, and says how fast that goes."""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time

import pytest

from tests.architecture.test_sources import ROOT
from tests.fixtures.campaigns import drafted, giving
from tests.fixtures.replays import many_receipts
from tests.fixtures.world import World

RECEIPTS = 50_000
RECEIPTS_PER_S_MIN = 300
MEMORY_MB_MAX = 250
TILL_NAMES = ("Jogurt 1kg", "MLEKO 2,8% 1L", "Hleb beli 500g", "KISELA PAVLAKA 180G", "Banane, rinfuz")


@pytest.mark.soak
@pytest.mark.timeout(900)
async def test_50_000_receipts_are_replayed_in_bounded_memory(world: World, environment: dict[str, str]) -> None:
    await world.join(498)
    await many_receipts(world, RECEIPTS, names=TILL_NAMES)
    limits = {"per_member_per_day": 2, "budget": "99999.00"}
    await drafted(world, "draft", {"promotions": [giving("3", limits=limits), giving("1", id="one")]})
    command = [sys.executable, "-m", "backend.cli", "campaign", "replay", "draft", "--json", "--tenant"]
    begun = time.perf_counter()
    done = await asyncio.to_thread(
        subprocess.run,
        [*command, world.tenant_id.hex, "--from", "2026-01-01", "--to", "2026-12-31"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
        text=True,
    )
    took_s = time.perf_counter() - begun
    found = json.loads(done.stdout)
    assert found["receipts"] == {"seen": RECEIPTS, "touched": RECEIPTS, "broken": 0}
    assert found["members"]["seen"] == len(world.members)
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < MEMORY_MB_MAX * 1024
    assert RECEIPTS / took_s > RECEIPTS_PER_S_MIN
