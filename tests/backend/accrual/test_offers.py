"""What members are shown they can have: what is limited is kept for them, and there is never more of it than there is."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from backend.accrual.offers import offers_of
from backend.kit.clock import utc_now
from backend.kit.db import Database
from tests.backend.accrual.test_refunds import settled
from tests.backend.accrual.test_rerate import another_programme
from tests.fixtures.campaigns import drafted, giving, turned
from tests.fixtures.world import OpenWorld, Someone, World

KEPT = timedelta(minutes=15)


async def shown(who: Someone, **headers: str) -> list[dict[str, Any]]:
    answer = await who.api.get("/offers", headers=headers)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["offers"])


async def left_in(world: World) -> int:
    ((left,),) = await world.rows("select sum(left_units) from campaign_slot where tenant_id = :tenant")
    return int(left)


async def expire(world: World) -> None:
    await world.rows("update offer_hold set until_at = now() where tenant_id = :tenant returning use_id")


async def test_a_member_sees_what_is_meant_for_them_and_has_uses_left(open_world: OpenWorld) -> None:
    world = await open_world(
        promotions=[
            giving("5", id="plain", name="Five", valid={"from": "2026-01-01", "to": "2036-12-31"}),
            giving("5", id="twice", limits={"per_member": 2}),
            {"id": "off", "limits": {"total": 1}, "benefit": {"type": "percent", "percent": "10"}},
            giving("5", id="over", valid={"to": "2026-01-31"}),
            giving("5", id="students", conditions=[{"type": "customer_group", "in": ["students"]}]),
            giving("5", id="strangers", audience="non_members", benefit={"type": "gift", "sku": "MUG"}),
        ]
    )
    plain, twice = await shown(world.mira, **{"Accept-Language": "sr-Latn"})
    assert (plain["promotion"], plain["name"], plain["gives"], plain["kind"]) == ("plain", "Five", "Poeni", "points")
    assert (plain["valid_from"], plain["valid_to"], plain["uses_left"]) == ("2026-01-01", "2036-12-31", None)
    assert (twice["promotion"], twice["uses_left"], twice["held_until"]) == ("twice", 2, None)
    for left in (1, None):
        await settled(world, world.mira, await world.slip())
        uses = {each["promotion"]: each["uses_left"] for each in await shown(world.mira)}
        assert uses.get("twice") == left
    assert {each["promotion"] for each in await shown(world.petar)} == {"plain", "twice"}


@pytest.mark.parametrize("limits", [{"total": 1}, {"budget": "5.00"}])
async def test_tron_16_of_64_members_exactly_one_is_shown_the_last_use(
    open_world: OpenWorld, app_url: str, limits: dict[str, Any]
) -> None:
    world = await open_world(members=64, promotions=[giving("5", id="last", limits=limits)])
    database = Database(app_url, connections_max=64)

    async def offers(who: Someone) -> int:
        async with database.transaction(world.tenant_id) as session:
            return len(await offers_of(session, world.tenant_id, who.id, keep=KEPT, now=utc_now()))

    try:
        seen = await asyncio.gather(*map(offers, world.members))
    finally:
        await database.close()
    assert sum(seen) == 1
    holder, loser = world.members[seen.index(1)], world.members[seen.index(0)]
    (again,) = await shown(holder)
    assert again["held_until"]
    assert (await settled(world, loser, await world.slip()))["points"] == "0", "it is kept for somebody else"
    assert (await settled(world, holder, await world.slip()))["points"] == "5", "what was shown is there"
    assert await shown(holder) == []
    assert await left_in(world) == 0


async def test_an_offer_that_is_not_used_in_time_is_there_for_others(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5", id="last", limits={"total": 1})])
    (first,) = await shown(world.mira)
    assert await shown(world.petar) == []
    (again,) = await shown(world.mira)
    assert (again["held_until"], again["uses_left"]) == (first["held_until"], 1), "asking again does not keep it longer"
    await world.worker.run_due()
    assert await shown(world.petar) == [], "it is not let go before its time"
    await world.attempt()
    assert [each["promotion"] for each in await shown(world.petar)] == ["last"]
    await expire(world)
    assert [each["promotion"] for each in await shown(world.petar)] == ["last"], "run out, it is kept anew"
    assert await left_in(world) == 0
    assert await world.count("offer_hold") == 1


async def test_a_receipt_that_does_not_use_what_was_kept_leaves_it_kept(open_world: OpenWorld) -> None:
    yoghurt = {"items": {"gtins": ["96385074"]}}
    world = await open_world(promotions=[giving("5", id="last", limits={"total": 1}, **yoghurt)])
    (first,) = await shown(world.mira)
    await settled(world, world.mira, await world.slip())
    assert await left_in(world) == 0
    assert await shown(world.petar) == []
    (again,) = await shown(world.mira)
    assert again["held_until"] == first["held_until"], "a purchase does not keep it longer"
    await expire(world)
    await settled(world, world.mira, await world.slip())
    assert await left_in(world) == 1, "run out, it is kept for nobody"


async def test_offers_and_receipts_of_one_member_at_once_wait_for_each_other(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[])
    second = await another_programme(world)
    for code, programme in (("b", second), ("a", world.programme_id)):
        content = {"promotions": [giving("1", id=code, limits={"total": 100})]}
        await turned(world, await drafted(world, code, content, programme_id=programme), "started")
    for _ in range(4):
        assert len(await shown(world.mira)) == 2
        slips = [await world.slip() for _ in range(2)]
        await asyncio.gather(*(world.mira.accepted(slip["payload"]) for slip in slips))
        await asyncio.gather(world.worker.run_due(), *(shown(world.mira) for _ in range(4)))
    await world.worker.run_due()
    ((count,),) = await world.rows("select count(*) from receipt where tenant_id = :tenant and state = 'settled'")
    assert count == 8
