"""Re-rating gives what lines bring in every form, once and within limits, and refunds take all of it back."""

import asyncio
from typing import Any
from uuid import UUID

from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_giving import things
from tests.backend.accrual.test_rerate import BREAD, YOGHURT, link, once_more, settled, slip_of
from tests.fixtures.campaigns import drafted, turned
from tests.fixtures.staff import hire
from tests.fixtures.world import OpenWorld, World

FOR_YOGHURT = {"items": {"skus": [YOGHURT]}}
GIVING: list[dict[str, Any]] = [
    {**FOR_YOGHURT, **one}
    for one in (
        {"id": "back", "benefit": {"type": "percent", "percent": "10"}, "grant": {"as": "cashback"}},
        {"id": "card", "benefit": {"type": "amount", "amount": "50.00"}, "grant": {"as": "card", "valid_days": 30}},
        {"id": "coupon", "benefit": {"type": "coupon", "series": "Easter"}},
        {"id": "draw", "benefit": {"type": "entries", "draw": "easter", "count": 3}},
        {"id": "gift", "benefit": {"type": "gift", "sku": "MUG", "quantity": "2"}},
        {
            "id": "stamps",
            "benefit": {"type": "stamp", "counter": "cups", "needs": 3, "reward": {"type": "points", "points": "7"}},
        },
    )
]


async def given(world: World) -> dict[str, Any]:
    """What members have now beside points."""
    found = await things(world)
    return {
        "money": {row.kind: row.amount_minor - row.taken_minor for row in found["voucher"]},
        "coupons": [row.state for row in found["coupon"]],
        "entries": sum(row.entries - row.taken for row in found["draw_entry"]),
        "gifts": [(row.sku, row.quantity_milli, row.state) for row in found["gift"]],
        "stamps": [row.units for row in found["stamp_count"]],
    }


async def told(world: World) -> list[Any]:
    return await world.rows(
        "select params from message where tenant_id = :tenant and event = 'receipt-rewarded-later' order by id"
    )


async def test_inf_07_a_link_gives_coupons_vouchers_entries_gifts_and_stamps_once_as_was_foreseen(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=GIVING)
    slip = await slip_of(world, 4)
    receipt = await settled(world, world.mira, slip)
    manager = (await hire(world, "brand_manager")).api
    (text,) = (await manager.get("/staff/matching")).json()["texts"]
    before = await world.trace(), await things(world)
    foreseen = (await manager.post(f"/staff/matching/{text['id']}/preview", json={"sku": YOGHURT})).json()
    assert (await world.trace(), await things(world)) == before, "nothing is changed by looking"
    (cost,) = foreseen["costs"]
    beside = {each["kind"]: (each["count"], each["value"]) for each in cost["beside"]}
    back = beside.pop("cashback")
    assert beside == {
        "card": (1, "50.00"),
        "coupon": (1, None),
        "entries": (3, None),
        "gift": (1, "2"),
        "stamps": (4, None),
    }
    assert (cost["points"], cost["receipts"]) == ("7", 1), "a full card of three stamps"

    await link(world)
    await asyncio.gather(world.worker.run_due(), *(once_more(world, receipt) for _ in range(16)))
    money = {"cashback": round(float(back[1]) * 100), "card": 5000}
    expected = {
        "money": money,
        "coupons": ["given"],
        "entries": 3,
        "gifts": [("MUG", 2000, "given")],
        "stamps": [1],
    }
    assert (await given(world), await world.mira.points()) == (expected, 7)
    ((params,),) = await told(world)
    kinds = {"cashback", "card", "coupon", "entries", "gift", "stamps"}
    assert ({thing["kind"] for thing in params["things"]}, params["points"]) == (kinds, 7)
    shown = await world.mira.receipt(str(receipt))
    assert {thing["kind"] for thing in shown["later"][0]["given"]} == kinds - {"stamps"}
    assert [coupon["state"] for coupon in shown["coupons"]] == ["given"]
    again = (await manager.post(f"/staff/matching/{text['id']}/preview", json={"sku": YOGHURT})).json()
    assert (again["receipts"], again["costs"]) == (0, [])

    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"]))
    gone = {
        "money": dict.fromkeys(money, 0),
        "coupons": ["taken_back"],
        "entries": 0,
        "gifts": [("MUG", 2000, "taken_back")],
        "stamps": [0],
    }
    assert (await given(world), await world.mira.points()) == (gone, 0)


async def test_more_of_what_was_given_is_the_difference_and_a_spent_coupon_stays_spent(open_world: OpenWorld) -> None:
    all_of_it = [
        {"id": "back", "benefit": {"type": "percent", "percent": "10"}, "grant": {"as": "cashback"}, **FOR_YOGHURT},
        {"id": "coupon", "benefit": {"type": "coupon", "series": "Easter"}, **FOR_YOGHURT},
        {"id": "spends", "conditions": [{"type": "coupon", "series": "Easter"}], "benefit": GIVING[4]["benefit"]},
        GIVING[5],
    ]
    world = await open_world(promotions=all_of_it)
    both = [{"gtin": BREAD, "quantity": 2}, {"gtin": YOGHURT.removeprefix("LIPA-"), "quantity": 2}]
    slip = await world.issue(shop=SHOPS[0].premises_id, items=both)
    receipt = await settled(world, world.mira, slip)
    first = await given(world)
    assert (first["coupons"], first["stamps"]) == (["given"], [2])
    ((code,),) = await world.rows("select code from coupon where tenant_id = :tenant")
    other = await world.issue(shop=SHOPS[0].premises_id, items=[{"name": "CAJ", "quantity": 1, "unit_price": "9.00"}])
    answer = await world.mira.api.post("/receipts", json={"payload": other["payload"], "coupons": [code]})
    assert answer.status_code == 202
    await world.worker.run_due()
    assert (await given(world))["coupons"] == ["spent"]
    await link(world)
    await world.worker.run_due()
    later = await given(world)
    assert (later["coupons"], later["stamps"]) == (["spent"], [1]), "four stamps of three are a card and one"
    assert await world.mira.points() == 7
    rows = (await things(world))["voucher"]
    assert len(rows) == 2
    lines = (await world.mira.receipt(str(receipt)))["lines"]
    tenths = [round(float(line["total"]) * 10) for line in lines]
    assert sorted(row.amount_minor for row in rows) == sorted(tenths), "each line's tenth came in a round of its own"
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"]))
    end = await given(world)
    assert (end["coupons"], end["stamps"], await world.mira.points()) == (["spent"], [0], 0)
    assert all(row.state == "taken_back" for row in (await things(world))["voucher"])


async def test_stamps_that_filled_a_later_receipts_card_are_not_counted_again(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=GIVING[5:])
    yoghurt = YOGHURT.removeprefix("LIPA-")
    mixed = [{"gtin": BREAD, "quantity": 2}, {"gtin": yoghurt, "quantity": 2}]
    await settled(world, world.mira, await world.issue(shop=SHOPS[0].premises_id, items=mixed))
    one = [{"gtin": yoghurt, "quantity": 1}]
    await settled(world, world.mira, await world.issue(shop=SHOPS[0].premises_id, items=one))
    assert ((await given(world))["stamps"], await world.mira.points()) == ([0], 7)
    await link(world)
    await world.worker.run_due()
    assert ((await given(world))["stamps"], await world.mira.points()) == ([2], 7), "five stamps are one card and two"


async def test_refunds_that_came_before_lessen_every_form(open_world: OpenWorld) -> None:
    world = await open_world(promotions=GIVING)
    slip = await slip_of(world, 4)
    await settled(world, world.mira, slip)
    await settled(
        world, world.petar, await world.issue(refund_of=slip["fiscal_id"], items=[{"gtin": BREAD, "quantity": 1}])
    )
    await link(world)
    await world.worker.run_due()
    found = await given(world)
    assert (found["money"]["card"], found["entries"], found["stamps"]) == (3750, 2, [0])
    assert (found["coupons"], await world.mira.points()) == (["given"], 5)
    ((params,),) = await told(world)
    said = {thing["kind"]: thing["value"] for thing in params["things"]}
    assert (said["card"], said["entries"], said["coupon"]) == (3750, 2, 1), "what is left of it"
    rest = [{"gtin": BREAD, "quantity": 3}]
    await settled(world, world.petar, await world.issue(refund_of=slip["fiscal_id"], items=rest))
    end = await given(world)
    assert (set(end["money"].values()), end["entries"], end["coupons"]) == ({0}, 0, ["taken_back"])
    assert await world.mira.points() == 0


async def test_limits_and_budgets_of_things_and_money_hold_for_64_past_receipts_at_once(open_world: OpenWorld) -> None:
    world = await open_world(members=2, promotions=[])
    coupon, card = GIVING[2], GIVING[1]
    own = [
        {**coupon, "limits": {"total": 10}},
        {**card, "limits": {"budget": "220.00"}},
        {**GIVING[3], "limits": {"per_member": 2}},
    ]
    await turned(world, await drafted(world, "limited", {"promotions": own}), "started")
    for place in range(16):
        await world.members[place % 2].accepted((await slip_of(world))["payload"])
    await world.worker.run_due()
    await link(world)
    receipts = [row.id for row in await world.rows("select id from receipt where tenant_id = :tenant")]
    await asyncio.gather(*(once_more(world, receipt) for receipt in receipts * 4))
    await world.worker.run_due()
    found = await things(world)
    assert (len(found["coupon"]), len(found["voucher"]), len(found["draw_entry"])) == (10, 4, 4)
    assert {row.amount_minor for row in found["voucher"]} == {5000}


async def test_a_code_that_came_with_the_receipt_is_spent_by_what_is_given_for_it_later(open_world: OpenWorld) -> None:
    asks = {**GIVING[2], "conditions": [{"type": "code", "list": ["VELIKA"], "single_use": True}]}
    world = await open_world(promotions=[asks])
    receipts = []
    for who in (world.mira, world.petar):
        payload = (await slip_of(world))["payload"]
        answer = await who.api.post("/receipts", json={"payload": payload, "codes": ["velika"]})
        assert answer.status_code == 202
        receipts.append(UUID(answer.json()["id"]))
        await world.worker.run_due()
    assert (await given(world))["coupons"] == []
    await link(world)
    await world.worker.run_due()
    assert (await given(world))["coupons"] == ["given"], "one code, one coupon, to whoever comes first"
    assert not any([await once_more(world, receipt) for receipt in receipts])
