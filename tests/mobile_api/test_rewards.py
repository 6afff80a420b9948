"""Members see the vouchers and coupons that they have themselves: what is left, until when, where, and in what state."""

from datetime import date
from typing import Any

from backend.kit.ids import new_id
from backend.rewards.models import Voucher
from mobile_api.reward_views import voucher_view
from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_refunds import MILK, YOGHURT, refund, settled
from tests.fixtures.campaigns import NOON
from tests.fixtures.world import OpenWorld, Someone, World
from tests.mobile_api.test_pages import walk

SHOP = SHOPS[0]
BONUSES: list[dict[str, Any]] = [
    {"id": "back", "benefit": {"type": "percent", "percent": "2"}, "grant": {"as": "cashback"}},
    {
        "id": "card",
        "benefit": {"type": "amount", "amount": "50.00"},
        "grant": {"as": "card", "valid_days": 30, "redeem_at": [SHOP.premises_id, "closed-long-ago"]},
    },
    {
        "id": "slip",
        "benefit": {"type": "percent", "percent": "1"},
        "grant": {"as": "receipt", "valid_to": "2036-12-31"},
    },
]
COUPONS: list[dict[str, Any]] = [
    {"id": each, "benefit": {"type": "coupon", "series": each}} for each in ("Easter", "Summer")
]


async def vouchers(who: Someone, **headers: str) -> dict[str, dict[str, Any]]:
    answer = await who.api.get("/vouchers", headers=headers)
    assert answer.status_code == 200, answer.text
    return {voucher["kind"]: voucher for voucher in answer.json()["vouchers"]}


async def test_tron_08_tron_09_inf_05_a_member_sees_each_voucher_with_its_value_days_and_shops(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=BONUSES)
    bought = await settled(world, world.mira, await world.slip())
    found = await vouchers(world.mira)
    assert {kind: (one["value"], one["state"]) for kind, one in found.items()} == {
        "cashback": ("7.70", "valid"),
        "card": ("50.00", "valid"),
        "receipt": ("3.85", "valid"),
    }
    assert {(one["receipt"], one["currency"], one["valid_from"]) for one in found.values()} == {
        (bought["id"], "RSD", bought["facts"]["issued_at"])
    }
    assert (found["receipt"]["valid_to"], found["cashback"]["valid_to"]) == ("2036-12-31", None)
    assert (
        date.fromisoformat(found["card"]["valid_to"]) - date.fromisoformat(bought["facts"]["issued_at"][:10])
    ).days >= 29
    assert found["card"]["redeem_at"] == [
        {"code": SHOP.premises_id, "name": SHOP.premises_name, "city": SHOP.city},
        {"code": "closed-long-ago", "name": None, "city": None},
    ]
    assert found["cashback"]["redeem_at"] == []
    for language, says in (
        ("en", "A bonus on the card for later purchases"),
        ("sr-Latn", "Bonus na kartici za sledeće kupovine"),
        ("sr-Cyrl", "Бонус на картици за следеће куповине"),
        ("hr", "Bonus na kartici za sljedeće kupnje"),
    ):
        assert (await vouchers(world.mira, **{"Accept-Language": language}))["card"]["says"] == says


async def test_tron_09_a_voucher_says_what_refunds_left_of_it_and_when_its_last_day_is_over(
    open_world: OpenWorld,
) -> None:
    world = await open_world(promotions=BONUSES)
    slip = await world.slip()
    await settled(world, world.mira, slip)
    await settled(world, world.mira, await refund(world, slip, (YOGHURT, 2)))
    left = (await vouchers(world.mira))["cashback"]
    assert (left["value"], left["given"], left["state"]) == ("6.30", "7.70", "valid")
    for day, state in (("current_date + 2", "valid"), ("current_date - 2", "expired")):
        await world.rows(f"update voucher set valid_to_on = {day} where tenant_id = :tenant returning id")  # noqa: S608 (ours)
        assert {one["state"] for one in (await vouchers(world.mira)).values()} == {state}
    await settled(world, world.mira, await refund(world, slip, (YOGHURT, 1), (MILK, 2)))
    assert {(one["value"], one["state"]) for one in (await vouchers(world.mira)).values()} == {("0.00", "taken_back")}


def test_tron_09_a_bonus_to_the_31st_is_good_on_the_31st_and_expired_on_the_1st() -> None:
    bonus = Voucher(
        tenant_id=new_id(),
        award_id=new_id(),
        position=0,
        receipt_id=new_id(),
        programme_id=new_id(),
        member_id=new_id(),
        kind="card",
        amount_minor=200_00,
        currency="RSD",
        valid_from_at=NOON,
        valid_to_on=date(2026, 12, 31),
        redeem_at=[],
        created_at=NOON,
    )
    days = (date(2026, 12, 31), date(2027, 1, 1))
    shown = [voucher_view(bonus, {}, "en", today=day) for day in days]
    assert [(one.value, one.state) for one in shown] == [("200.00", "valid"), ("200.00", "expired")]


async def test_tron_36_a_member_sees_each_coupon_and_whether_it_was_used(open_world: OpenWorld) -> None:
    back = {**BONUSES[0], "conditions": [{"type": "coupon", "series": "Easter"}]}
    world = await open_world(promotions=[{**COUPONS[0], "limits": {"per_member": 1}}, back])
    brought = await settled(world, world.mira, await world.slip())
    (coupon,) = (await world.mira.api.get("/coupons")).json()["coupons"]
    assert (coupon["series"], coupon["state"], coupon["receipt"]) == ("Easter", "given", brought["id"])
    assert coupon["code"] == brought["coupons"][0]["code"]
    slip = await world.slip()
    sent = await world.mira.api.post("/receipts", json={"payload": slip["payload"], "coupons": [coupon["code"]]})
    assert sent.status_code == 202
    states = [(await world.mira.api.get("/coupons")).json()["coupons"][0]["state"]]
    await world.worker.run_due()
    states.append((await world.mira.api.get("/coupons")).json()["coupons"][0]["state"])
    assert states == ["held", "spent"]


async def test_walking_vouchers_and_coupons_in_pages_of_any_size_meets_each_once(open_world: OpenWorld) -> None:
    world = await open_world(promotions=BONUSES + COUPONS)
    for _ in range(3):
        await settled(world, world.mira, await world.slip())
    for path, what, key, number in (("/vouchers", "vouchers", "id", 9), ("/coupons", "coupons", "code", 6)):
        whole = await walk(world.mira.api, path, what, 100)
        assert len({each[key] for each in whole}) == len(whole) == number
        for limit in (1, 2, 4, number):
            assert await walk(world.mira.api, path, what, limit) == whole
        receipts = [each["receipt"] for each in whole]
        assert receipts == sorted(receipts, reverse=True), "the newest first"


async def test_nobody_sees_what_another_member_or_another_tenants_has(open_world: OpenWorld) -> None:
    world: World = await open_world(promotions=BONUSES + COUPONS)
    other = await open_world(promotions=[])
    await settled(world, world.mira, await world.slip())
    theirs = (await world.mira.api.get("/coupons")).json()["coupons"]
    vouchers_seen = (await world.mira.api.get("/vouchers")).json()["vouchers"]
    assert (len(theirs), len(vouchers_seen)) == (2, 3)
    newest = f"{'f' * 8}-ffff-7fff-bfff-{'f' * 12}"
    for who in (world.petar, other.mira):
        for query in ({}, {"before": theirs[0]["code"]}):
            assert (await who.api.get("/coupons", params=query)).json() == {"coupons": [], "next": None}
        for before in (None, newest, vouchers_seen[0]["id"]):
            asked = {} if before is None else {"before": before}
            assert (await who.api.get("/vouchers", params=asked)).json() == {"vouchers": [], "next": None}
    for path in ("/vouchers?limit=0", "/vouchers?before=x", "/coupons?limit=101", "/coupons?before=%00"):
        assert (await world.mira.api.get(path)).json()["code"] == "malformed-request"
