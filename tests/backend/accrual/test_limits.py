"""No receipt gets what a limit has no more of, whoever settles at the same time, and a refund gives value back."""

import asyncio
from typing import Any

from backend.campaigns.pools import standings
from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_simulation_truth import basket_of, simulated
from tests.fixtures.campaigns import drafted, giving, turned
from tests.fixtures.staff import hire
from tests.fixtures.world import OpenWorld, Someone, World


async def limited(open_world: OpenWorld, limits: dict[str, Any], *, members: int = 1, **whole: Any) -> World:
    """A world whose one campaign gives five points within limits."""
    world = await open_world(members=members, promotions=[])
    content = {"promotions": [giving("5", limits=limits)], "limits": whole or None}
    await turned(world, await drafted(world, "limited", content), "started")
    return world


async def settled(world: World, who: Someone, slip: dict[str, Any] | None = None) -> dict[str, Any]:
    receipt_id = await who.accepted((slip or await world.slip())["payload"])
    await world.worker.run_due()
    return await who.receipt(receipt_id)


async def budgets(world: World) -> list[tuple[str, int, int, int]]:
    ((campaign_id,),) = await world.rows("select id from campaign where tenant_id = :tenant and code = 'limited'")
    async with world.database.transaction(world.tenant_id) as session:
        found = await standings(session, world.tenant_id, campaign_id)
    return [(each.pool.kind, each.used, each.held, each.left) for each in found]


async def test_tron_16_the_third_use_gives_nothing_and_says_why(open_world: OpenWorld) -> None:
    world = await limited(open_world, {"per_member": 2})
    found = [await settled(world, world.mira) for _ in range(3)]
    assert [receipt["points"] for receipt in found] == ["5", "5", "0"]
    assert [(each["promotion"], each["reason"]) for each in found[2]["not_applied"]] == [("five", "limit")]


async def test_nothing_limited_is_promised_by_the_code_alone(open_world: OpenWorld) -> None:
    world = await limited(open_world, {"total": 1})
    answer = await world.mira.scan((await world.slip())["payload"])
    assert answer.json()["sure"]["applied"] == []
    await world.worker.run_due()
    assert await world.mira.points() == 5


async def test_promotions_that_share_a_large_budget_stand_back_for_each_other(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    promotions = [giving("60000000", id="a"), giving("60000000", id="b")]
    content = {"limits": {"budget": "100000000.00"}, "promotions": promotions}
    campaign_id = await drafted(world, "limited", content)
    await turned(world, campaign_id, "started")
    item = {"gtin": "9520101000040", "quantity": 4}
    async with asyncio.timeout(20):
        slip = await world.issue(shop=SHOPS[0].premises_id, items=[item])
        foreseen = await simulated(world, basket_of(world, slip, [item]), world.mira)
        receipt = await settled(world, world.mira)
    assert foreseen["points"] == receipt["points"] == "60000000"
    assert [each["reason"] for each in receipt["not_applied"]] == ["budget"]
    assert await budgets(world) == [("value", 60_000_000_00, 0, 40_000_000_00)]


async def test_a_multipliers_budget_counts_money_and_points_together(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    card = {"id": "card", "benefit": {"type": "amount", "amount": "10.00"}, "grant": {"as": "card", "valid_days": 30}}
    twice = {
        "id": "twice",
        "benefit": {"type": "multiply", "factor": "2", "of": ["card", "five"]},
        "limits": {"budget": "20.00"},
    }
    promotions = [giving("5"), {"audience": "members", **card}, {"audience": "members", **twice}]
    await turned(world, await drafted(world, "limited", {"promotions": promotions}), "started")
    found = [await settled(world, world.mira) for _ in range(2)]
    assert [receipt["points"] for receipt in found] == ["10", "5"]
    assert await budgets(world) == [("value", 15_00, 0, 5_00)]


async def test_a_budget_and_a_total_hold_for_64_receipts_of_many_members(open_world: OpenWorld) -> None:
    world = await limited(open_world, {"budget": "52.00", "per_member": 4}, members=8, total=11)
    slips = [await world.slip() for _ in range(64)]
    await asyncio.gather(*(world.members[number % 8].accepted(slip["payload"]) for number, slip in enumerate(slips)))
    await world.worker.run_due()
    given = await world.rows("select points from award where tenant_id = :tenant")
    assert [row.points for row in given] == [5] * 10
    assert sum([await member.points() for member in world.members]) == 50
    assert await budgets(world) == [("uses", 10, 0, 1), ("value", 50_00, 0, 2_00)]
    ((count,),) = await world.rows("select count(*) from receipt where tenant_id = :tenant and state = 'settled'")
    assert count == 64


async def test_two_receipts_at_once_at_the_last_use_are_one_use(open_world: OpenWorld) -> None:
    world = await limited(open_world, {"per_member": 1})
    for _ in range(2):
        await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert await world.mira.points() == 5


async def test_a_refund_gives_the_budget_back_and_leaves_the_use_counted(open_world: OpenWorld) -> None:
    world = await limited(open_world, {"budget": "5.00", "per_member": 1}, members=2)
    slip = await world.slip()
    assert (await settled(world, world.mira, slip))["points"] == "5"
    assert await budgets(world) == [("value", 5_00, 0, 0)]
    assert (await settled(world, world.petar))["points"] == "0"
    await settled(world, world.mira, await world.issue(refund_of=slip["fiscal_id"]))
    assert await budgets(world) == [("value", 0, 0, 5_00)]
    assert (await settled(world, world.mira))["points"] == "0", "the member has used it"
    assert (await settled(world, world.petar))["points"] == "5"


async def test_tron_05_item_shop_and_group_must_all_hold(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    content = {
        "audience": {"groups": ["students"]},
        "outlets": ["1000001"],
        "promotions": [giving("5", items={"groups": ["dairy"]})],
    }
    ((code,),) = await world.rows("select code from outlet where tenant_id = :tenant")
    campaign_id = await drafted(world, "students", content | {"outlets": [code]})
    await turned(world, campaign_id, "started")
    bread = await world.issue(shop=code, items=[{"name": "Hleb beli 500g"}])
    manager = await hire(world, "brand_manager")
    assert (await settled(world, world.mira))["not_applied"][0]["reason"] == "customer_group"
    assert (await manager.api.put(f"/staff/groups/students/members/{world.mira.id}")).status_code == 204
    assert (await settled(world, world.mira))["points"] == "5"
    assert (await settled(world, world.mira, bread))["awards"] == []
    assert (await settled(world, world.petar))["points"] == "0"
