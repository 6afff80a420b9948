"""Paging shows everything exactly once, newest first."""

from typing import Any

import httpx

from tests.fixtures.slips import forged
from tests.fixtures.world import World


async def walk(api: httpx.AsyncClient, path: str, what: str, limit: int) -> list[dict[str, Any]]:
    seen: list[dict[str, Any]] = []
    before: str | None = None
    while True:
        page = (await api.get(path, params={"limit": limit, **({"before": before} if before else {})})).json()
        assert len(page[what]) <= limit
        seen += page[what]
        before = page["next"]
        if before is None:
            return seen


async def test_walking_the_receipts_in_pages_of_any_size_meets_each_once(world: World) -> None:
    payload = (await world.slip())["payload"]
    ids = [await world.mira.accepted(forged(payload, numbers_on=number)) for number in range(1, 10)]
    await world.petar.accepted(payload)
    for limit in (1, 2, 3, 4, 9, 10, 100):
        walked = await walk(world.mira.api, "/receipts", "receipts", limit)
        assert [row["id"] for row in walked] == ids[::-1], limit


async def test_walking_the_wallet_in_pages_of_any_size_meets_each_movement_once(world: World) -> None:
    for _ in range(5):
        await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    whole = await walk(world.mira.api, "/wallet/entries", "entries", 100)
    assert [entry["balance_after"] for entry in whole] == ["305", "244", "183", "122", "61"]
    for limit in (1, 2, 3, 5, 6):
        assert await walk(world.mira.api, "/wallet/entries", "entries", limit) == whole


async def test_a_receipt_that_comes_while_paging_moves_nothing(world: World) -> None:
    payload = (await world.slip())["payload"]
    ids = [await world.mira.accepted(forged(payload, numbers_on=number)) for number in range(1, 5)]
    first = (await world.mira.api.get("/receipts", params={"limit": 2})).json()
    await world.mira.accepted(payload)
    rest = (await world.mira.api.get("/receipts", params={"limit": 10, "before": first["next"]})).json()
    assert [row["id"] for row in first["receipts"] + rest["receipts"]] == ids[::-1]
