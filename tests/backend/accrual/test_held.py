"""A receipt whose campaign breaks waits, nothing is posted, staff hear of it, and trying again settles it once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from backend.accrual import deciding
from backend.accrual.rules import RuleBook
from backend.accrual.service import settle
from backend.kit.clock import utc_now
from backend.kit.metrics import HELD
from backend.promotions.basket import Basket
from backend.promotions.engine import evaluate
from backend.promotions.promotion import Promotion
from backend.receipts.parked import retry_parked
from tests.fixtures.campaigns import drafted, giving, turned
from tests.fixtures.staff import hire
from tests.fixtures.world import World


@pytest.fixture
async def slip(world: World) -> dict[str, Any]:
    """A purchase since the campaign runs."""
    await turned(world, await drafted(world, "crooked", {"promotions": [giving("5")]}), "started")
    return await world.slip()


@pytest.fixture
async def broken(world: World, slip: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> str:
    """Its receipt, which met a promotion that breaks the engine."""

    def breaking(basket: Basket, promotions: tuple[Promotion, ...]) -> Any:
        return 1 // 0 if any(promotion.id == "five" for promotion in promotions) else evaluate(basket, promotions)

    monkeypatch.setattr(deciding, "evaluate_paid", breaking)
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    return receipt_id


def held_so_far() -> float:
    (metric,) = HELD.collect()
    return next(sample.value for sample in metric.samples if sample.name.endswith("_total"))


async def test_a_receipt_whose_campaign_breaks_waits_and_nothing_is_posted(world: World, broken: str) -> None:
    receipt = await world.mira.receipt(broken)
    assert (receipt["state"], receipt["waiting_for"], receipt["points"]) == ("held", "campaign-broken", None)
    for table in ("settlement", "award", "ledger_transfer", "promotion_use"):
        assert await world.count(table) == 0, table
    assert (await world.petar.scan((await world.slip())["payload"])).status_code == 202
    before = held_so_far()
    await world.worker.run_due()
    assert held_so_far() == before + 1


@pytest.mark.parametrize(
    "benefit",
    [
        {"type": "points", "points": "999999999999", "every": "0.01"},
        {"type": "entries", "draw": "d", "count": 1_000_000_000, "every": "0.01"},
    ],
)
async def test_a_receipt_that_would_be_given_more_than_can_be_kept_waits(world: World, benefit: dict[str, Any]) -> None:
    endless = {"id": "endless", "audience": "members", "benefit": benefit}
    promotion = endless | ({"grant": {"as": "points"}} if benefit["type"] == "points" else {})
    await turned(world, await drafted(world, "endless", {"promotions": [promotion]}), "started")
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["waiting_for"]) == ("held", "campaign-broken")
    assert [
        row.campaigns for row in await world.rows("select campaigns from held_receipt where tenant_id = :tenant")
    ] == [["endless"]]


async def test_staff_see_what_waits_and_for_which_campaign(world: World, broken: str) -> None:
    owner = await hire(world, "owner")
    (held,) = (await owner.api.get("/staff/receipts/held")).json()
    assert (held["receipt"], held["campaigns"], held["reason"]) == (broken, ["crooked"], "ZeroDivisionError")
    (row,) = (await owner.api.get("/staff/receipts", params={"state": "held"})).json()["receipts"]
    assert row["id"] == broken
    (dead,) = (await owner.api.get("/staff/jobs")).json()
    assert (dead["subject"], dead["last_error"]) == (broken, "campaign-broken")


@pytest.mark.usefixtures("broken")
async def test_a_held_receipt_keeps_its_number(world: World, slip: dict[str, Any]) -> None:
    assert (await world.petar.scan(slip["payload"])).status_code == 409


@pytest.mark.parametrize("way", ["staff", "command"])
async def test_once_the_campaign_is_mended_trying_again_settles_it_exactly_once(
    world: World, broken: str, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    owner = await hire(world, "owner")
    monkeypatch.setattr(deciding, "evaluate_paid", evaluate)
    if way == "staff":
        assert (await owner.api.post(f"/staff/receipts/{broken}/retry")).status_code == 200
    else:
        async with world.database.transaction(world.tenant_id) as session:
            jobs = await retry_parked(session, world.tenant_id, waiting_for=None, after=None, limit=10)
        assert len(jobs) == 1
    await world.worker.run_due()
    receipt = await world.mira.receipt(broken)
    assert (receipt["state"], receipt["waiting_for"]) == ("settled", None)
    assert (await owner.api.get("/staff/receipts/held")).json() == []
    before = await world.trace()

    async def once_more() -> None:
        rules = await RuleBook(world.database).of(world.tenant_id)
        async with world.database.transaction(world.tenant_id) as session:
            await settle(session, rules, UUID(broken), now=utc_now())

    await asyncio.gather(*(once_more() for _ in range(16)))
    assert await world.trace() == before
    assert await world.count("ledger_transfer") == 1


async def test_a_campaign_that_still_breaks_leaves_it_waiting(world: World, broken: str) -> None:
    owner = await hire(world, "owner")
    assert (await owner.api.post(f"/staff/receipts/{broken}/retry")).status_code == 200
    await world.worker.run_due()
    assert (await world.mira.receipt(broken))["state"] == "held"
    assert len((await owner.api.get("/staff/receipts/held")).json()) == 1


async def test_a_correction_of_the_past_mends_what_broke_then(world: World, broken: str) -> None:
    owner = await hire(world, "brand_manager")
    (campaign,) = [row for row in (await owner.api.get("/staff/campaigns")).json() if row["code"] == "crooked"]
    body = {"promotions": [giving("4", id="four")], "holds_from": "1970-01-01T00:00:00Z", "note": "it broke"}
    assert (await owner.api.put(f"/staff/campaigns/{campaign['id']}", json=body)).status_code == 200
    await world.again("accrual.settle", broken)
    await world.rows("update job set state = 'waiting' where tenant_id = :tenant returning id")
    await world.worker.run_due()
    receipt = await world.mira.receipt(broken)
    assert receipt["state"] == "settled"
    assert {"four"} <= {award["promotion"] for award in receipt["awards"]}
