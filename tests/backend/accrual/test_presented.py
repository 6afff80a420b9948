"""Codes and coupons that come with a receipt: held while it waits, spent by one, and shown with what they brought."""

import asyncio
from typing import Any

from httpx import Response

from backend.campaigns.codes import import_codes
from backend.kit.clock import utc_now
from tests.backend.accrual.test_giving import things
from tests.backend.accrual.test_refunds import YOGHURT
from tests.fixtures.campaigns import actor
from tests.fixtures.slips import qr_png
from tests.fixtures.world import OpenWorld, Someone, World

FIVE: dict[str, Any] = {"benefit": {"type": "points", "points": "5"}}
NAMED = {**FIVE, "id": "named", "conditions": [{"type": "code", "list": "spring", "single_use": True}]}
WRITTEN = {**FIVE, "id": "written", "conditions": [{"type": "code", "list": ["Egg-1"], "single_use": True}]}
MANY = {**FIVE, "id": "many", "conditions": [{"type": "code", "list": ["easter20"]}]}
COUPON = {"id": "coupon", "limits": {"per_member": 1}, "benefit": {"type": "coupon", "series": "K"}}
FOR_COUPON = {
    "id": "back",
    "conditions": [{"type": "coupon", "series": "K"}],
    "benefit": {"type": "percent", "percent": "20"},
    "grant": {"as": "cashback"},
}


async def with_codes(world: World, who: Someone, **presented: list[str]) -> str:
    slip = await world.slip()
    answer = await who.api.post("/receipts", json={"payload": slip["payload"], **presented})
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


async def spring(world: World, *codes: str) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await import_codes(session, actor(world), "spring", list(codes), now=utc_now())


async def test_tron_17_of_64_receipts_with_one_single_use_code_exactly_one_has_it(open_world: OpenWorld) -> None:
    world = await open_world(members=64, promotions=[NAMED])
    await spring(world, "A1")
    ids = await asyncio.gather(*(with_codes(world, who, codes=[" a1 "]) for who in world.members))
    held = await world.rows("select state from promo_code where tenant_id = :tenant")
    assert [row.state for row in held] == ["held"]
    await world.worker.run_due()
    points = [(await who.receipt(one))["points"] for who, one in zip(world.members, ids, strict=True)]
    assert sorted(points) == ["0"] * 63 + ["5"]
    spent = await world.rows("select state from promo_code where tenant_id = :tenant")
    assert [row.state for row in spent] == ["spent"]


async def test_tron_17_codes_that_a_promotion_writes_out_are_spent_once_and_others_serve_all(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=[NAMED, WRITTEN, MANY])
    gave = []
    for who in (world.mira, world.petar):
        receipt_id = await with_codes(world, who, codes=["EGG-1", "EASTER20", "nothing"])
        await world.worker.run_due()
        receipt = await who.receipt(receipt_id)
        gave.append([award["promotion"] for award in receipt["awards"]])
        assert [row["text"] for row in receipt["presented"]] == ["EGG-1", "EASTER20", "nothing"]
    assert gave == [["many", "written"], ["many"]]


async def test_a_code_is_the_same_to_whoever_compares_it(open_world: OpenWorld) -> None:
    dotted = {**WRITTEN, "conditions": [{"type": "code", "list": ["İSTANBUL"], "single_use": True}]}
    world = await open_world(members=1, promotions=[dotted])
    points = []
    for code in ("İSTANBUL", "i\u0307stanbul"):
        receipt_id = await with_codes(world, world.mira, codes=[code])
        await world.worker.run_due()
        points.append((await world.mira.receipt(receipt_id))["points"])
    assert points == ["5", "0"], "it is spent once"


async def test_codes_held_in_any_order_by_64_receipts_stop_nobody(open_world: OpenWorld) -> None:
    world = await open_world(members=64, promotions=[NAMED])
    codes = [f"C{number}" for number in range(8)]
    await spring(world, *codes)
    orders = [codes, codes[::-1]]
    await asyncio.gather(*(with_codes(world, who, codes=orders[n % 2]) for n, who in enumerate(world.members)))
    held = await world.rows("select state, receipt_id from promo_code where tenant_id = :tenant")
    assert {row.state for row in held} == {"held"}
    assert len({row.receipt_id for row in held}) == 1, "the first receipt has all of them"


async def test_a_code_for_which_nothing_was_given_is_let_go(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[{**NAMED, "items": {"gtins": ["96385074"]}}])
    await spring(world, "A1", "A2")
    await with_codes(world, world.mira, codes=["A1"])
    await world.worker.run_due()
    states = await world.rows("select code, state from promo_code where tenant_id = :tenant order by code")
    assert [row.state for row in states] == ["unspent", "unspent"]


async def test_tron_36_a_coupon_is_given_used_once_and_by_its_member_alone(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[COUPON, FOR_COUPON])
    receipt_id = await with_codes(world, world.mira)
    await world.worker.run_due()
    (coupon,) = (await world.mira.receipt(receipt_id))["coupons"]
    assert (coupon["series"], coupon["state"]) == ("K", "given")
    tries = [(world.petar, coupon["code"]), (world.mira, coupon["code"].lower()), (world.mira, coupon["code"])]
    gave = []
    for who, code in tries:
        shown = await with_codes(world, who, coupons=[code])
        await world.worker.run_due()
        gave.append([award["promotion"] for award in (await who.receipt(shown))["awards"]])
    assert gave == [["coupon"], ["back"], []]
    assert [row.amount_minor for row in (await things(world))["voucher"]] == [7699]


async def test_lines_and_messages_name_what_was_given_and_what_was_just_missed(open_world: OpenWorld) -> None:
    world = await open_world(
        members=1,
        promotions=[
            {
                "id": "back",
                "name": "Two percent",
                "items": {"gtins": [YOGHURT]},
                "benefit": {"type": "percent", "percent": "2"},
                "grant": {"as": "card", "valid_to": "2036-12-31"},
            },
            {
                **FIVE,
                "id": "four",
                "name": "Four yoghurts",
                "conditions": [{"type": "items", "items": {"gtins": [YOGHURT]}, "min_quantity": "4"}],
                "benefit": {"type": "points", "points": "20"},
            },
            {**FIVE, "id": "far", "conditions": [{"type": "basket_total", "min": "90000.00"}]},
            {**FIVE, "id": "others", "conditions": [{"type": "customer_group", "in": ["students"]}]},
        ],
    )
    receipt_id = await with_codes(world, world.mira)
    await world.worker.run_due()
    receipt = (await world.mira.api.get(f"/receipts/{receipt_id}", headers={"Accept-Language": "sr-Latn"})).json()
    (award,) = receipt["awards"]
    (thing,) = award["given"]
    assert (thing["kind"], thing["value"], thing["valid_to"]) == ("card", "2.10", "2036-12-31")
    yoghurt, milk = receipt["lines"]
    assert [each["given"][0]["value"] for each in yoghurt["awards"]] == ["2.10"]
    assert milk["awards"] == []
    (near,) = receipt["near_misses"]
    assert (near["promotion"], near["gain"], near["missing"]) == ("four", "+20", "1")
    assert near["why"] == "Nedostaje još jedan artikal."
    (told,) = await world.rows("select title, body from delivery where tenant_id = :tenant")
    assert "2,10\u00a0RSD" in told.body
    assert "2036" in told.body
    assert "Two percent" in told.body


async def by_photo(who: Someone, payload: str, **presented: list[Any]) -> Response:
    return await who.api.post("/receipts", files={"photo": ("slip.png", qr_png(payload), "image/png")}, data=presented)


async def test_tron_17_tron_36_codes_and_coupons_come_with_a_photo_as_well(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[NAMED, COUPON, FOR_COUPON])
    await spring(world, "A1")
    first = await by_photo(world.mira, (await world.slip())["payload"], codes=["a1", "nothing"])
    assert first.status_code == 202, first.text
    await world.worker.run_due()
    receipt = await world.mira.receipt(first.json()["id"])
    assert [award["promotion"] for award in receipt["awards"]] == ["coupon", "named"]
    assert receipt["presented"] == [{"kind": "code", "text": "a1"}, {"kind": "code", "text": "nothing"}]
    (coupon,) = receipt["coupons"]
    second = await by_photo(world.mira, (await world.slip())["payload"], coupons=[coupon["code"]])
    await world.worker.run_due()
    (award,) = (await world.mira.receipt(second.json()["id"]))["awards"]
    assert award["promotion"] == "back"


async def test_a_key_stands_for_the_photo_and_what_came_with_it(open_world: OpenWorld) -> None:
    world = await open_world(members=1)
    photo = {"photo": ("slip.png", qr_png((await world.slip())["payload"]), "image/png")}
    answers = [
        await world.mira.api.post("/receipts", files=photo, data=data, headers={"Idempotency-Key": "once"})
        for data in ({"codes": ["A"]}, {"codes": ["A"]}, {"codes": ["B"]}, {"coupons": ["A"]}, {})
    ]
    assert [answer.status_code for answer in answers] == [202, 202, 422, 422, 422]
    assert answers[1].headers["Idempotency-Hit"] == "true"


async def test_what_is_presented_is_bounded_in_either_form(open_world: OpenWorld) -> None:
    world = await open_world(members=1)
    slip = await world.slip()
    for bad in (["x"] * 11, ["x" * 65], [""], ["a\u0000b"], ["a\n"]):
        said = [
            await world.mira.api.post("/receipts", json={"payload": slip["payload"], "codes": bad}),
            await by_photo(world.mira, slip["payload"], codes=bad),
        ]
        assert [answer.status_code for answer in said] == [400, 400], bad
        assert said[0].json()["errors"] == said[1].json()["errors"], bad
    answer = await world.mira.api.post("/receipts", json={"payload": slip["payload"], "codes": [7]})
    assert answer.status_code == 400
    odd = await by_photo(world.mira, slip["payload"], codes=[b"\xff"])
    assert odd.json()["errors"] == [{"pointer": "/codes/0", "message": "must be UTF-8"}]
    many = await by_photo(world.mira, slip["payload"], codes=["x"] * 30)
    assert (many.status_code, many.json()["errors"][0]["pointer"]) == (400, "/photo")
