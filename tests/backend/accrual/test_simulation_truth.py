"""A simulated basket is given what a receipt like it is given next, and nothing can be stored on the way."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings

from backend.accrual import simulation
from backend.accrual.simulation import Wish, simulate
from backend.kit.clock import utc_now
from backend.kit.db import DatabaseUnavailable
from backend.kit.i18n import translate
from backend.kit.jobs import enqueue
from backend.programmes.assigning import Whom, assign, run
from receipt_parsers.playground.goods import MLEKARA_LIPA
from receipt_parsers.playground.shops import SHOPS
from tests.backend.accrual.test_replay_truth import (
    BACK,
    COUPONS,
    EVERYTHING,
    FOR_COUPON,
    coupons_of,
    purchases,
    shown,
    spring,
)
from tests.fixtures.campaigns import ZONE, actor, drafted, giving, turned
from tests.fixtures.world import OpenWorld, Someone, World

PRICES = {good.gtin: good.price_minor for good in MLEKARA_LIPA}


def money(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def basket_of(world: World, slip: dict[str, Any], items: list[dict[str, Any]], **rest: Any) -> dict[str, Any]:
    """The basket that the slip was written for."""
    code = world.code(slip["payload"])
    lines = [
        {
            "id": str(number),
            "gtin": item["gtin"],
            "unit": "kom",
            "quantity": str(item["quantity"]),
            "total": money(PRICES[item["gtin"]] * item["quantity"]),
        }
        for number, item in enumerate(items, start=1)
    ]
    now = code.issued_at.astimezone(ZoneInfo(ZONE)).isoformat()
    shop = {"channel": "retail", "outlet": SHOPS[0].premises_id, "seller_tax_id": SHOPS[0].tax_id}
    return {"currency": "RSD", "now": now, **shop, "lines": lines, **rest}


async def simulated(world: World, basket: dict[str, Any], who: Someone | None = None, *codes: str) -> dict[str, Any]:
    wish = Wish(basket, codes, None, who.id if who else None)
    async with world.database.transaction(world.tenant_id) as session:
        found = await simulate(session, world.tenant_id, wish, now=utc_now())
    return dict(found.document(lambda text: translate(text, "en"))["outcome"])


async def promised(world: World, who: Someone | None, **rest: Any) -> dict[str, str]:
    """What a slip with yoghurt would be given: by promotion its value, or else why not."""
    item = {"gtin": "9520101000040", "quantity": 4}
    slip = await world.issue(shop=SHOPS[0].premises_id, items=[item])
    outcome = await simulated(world, basket_of(world, slip, [item], **rest), who)
    reasons = {each["promotion"]: each["reason"] for each in outcome["not_applied"]}
    return reasons | {each["promotion"]: each["value"] for each in outcome["applied"]}


async def everything_stored(world: World) -> dict[str, list[str]]:
    tables = await world.rows(
        "select c.table_name from information_schema.columns c join information_schema.tables t using (table_name) "
        "where c.column_name = 'tenant_id' and c.table_schema = 'public' and t.table_type = 'BASE TABLE'"
    )
    return {
        table: sorted(map(str, await world.rows(f"select * from {table} where tenant_id = :tenant")))  # noqa: S608
        for (table,) in tables
        if table != "card_prefix"
    }


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(slips=purchases)
async def test_mt_30_a_simulated_basket_is_given_what_its_receipt_is_given_next(
    open_world: OpenWorld, slips: list[Any]
) -> None:
    world = await open_world(promotions=EVERYTHING)
    await spring(world, "A1", "A2")
    for number, each in enumerate(slips):
        who = world.members[each["who"]]
        slip = await world.issue(shop=SHOPS[0].premises_id, items=each["items"])
        codes = [f"a{1 + number % 2}"] if each["code"] else []
        coupons = (await coupons_of(world, who))[:1] if each["coupon"] else []
        before = await everything_stored(world)
        basket = basket_of(world, slip, each["items"], codes=codes, coupons=coupons)
        outcome = await simulated(world, basket, who)
        assert await everything_stored(world) == before
        await shown(world, who, slip, codes=codes, coupons=coupons)
        rows = await world.rows(
            "select promotion, points from award where tenant_id = :tenant and receipt_id = "
            "(select max(id::text)::uuid from receipt where tenant_id = :tenant) order by position"
        )
        assert [applied["promotion"] for applied in outcome["applied"]] == [row.promotion for row in rows]
        assert outcome["points"] == str(sum(row.points for row in rows))


async def test_whatever_would_write_while_a_basket_is_simulated_is_refused(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def writes(session: Any, tenant_id: UUID, *_: object) -> Any:
        await enqueue(session, "accrual.settle", tenant_id, world.mira.id, now=utc_now())

    decided = simulation.decided  # type: ignore[attr-defined]
    monkeypatch.setattr("backend.accrual.simulation.decided", writes)
    with pytest.raises(DatabaseUnavailable) as refused:
        await promised(world, world.mira)
    assert "read-only transaction" in str(refused.value.__cause__)
    monkeypatch.setattr("backend.accrual.simulation.decided", decided)
    async with world.database.transaction(world.tenant_id) as session:
        await simulate(
            session,
            world.tenant_id,
            Wish({"currency": "RSD", "now": "2026-11-22T12:00:00+01:00", "lines": []}),
            now=utc_now(),
        )
        await enqueue(session, "accrual.settle", world.tenant_id, world.mira.id, now=utc_now())
    assert len(await world.jobs()) == 1, "the rest of the transaction may write"


async def test_the_members_past_counts_at_the_moment_of_the_basket(open_world: OpenWorld) -> None:
    asked = [each for each in EVERYTHING if each["id"] in {"third", "spent", "new", "stamps"}]
    world = await open_world(
        promotions=[*asked, giving("1", id="first", conditions=[{"type": "purchase_number", "first": True}])]
    )
    for _ in range(2):
        await shown(world, world.mira, await world.slip())
    assert await promised(world, world.mira) == {
        "third": "2",
        "spent": "3",
        "new": "4",
        "stamps": "7",
        "first": "purchase_number",
    }
    assert (await promised(world, world.petar))["first"] == "1"
    early = {"now": "2026-01-01T12:00:00+01:00"}
    assert (await promised(world, world.mira, **early)) == {
        "third": "purchase_number",
        "spent": "spent",
        "new": "event",
        "stamps": "7",
        "first": "1",
    }
    own = {"member": {"id": "x", "purchases_before": 0, "stamps": {"cups": 0}, "spent": {"30": "0.00"}}}
    said = await promised(world, world.mira, **own)
    assert (said["spent"], said["stamps"], said["first"]) == ("spent", "0", "1"), "what the basket says rules"


async def test_a_member_presents_the_coupons_that_they_hold_and_nobody_elses(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[COUPONS, FOR_COUPON])
    await shown(world, world.mira, await world.slip())
    (coupon,) = await coupons_of(world, world.mira)
    assert (await promised(world, world.petar, coupons=[coupon]))["for-coupon"] == "coupon"
    assert (await promised(world, world.mira, coupons=[coupon.lower()]))["for-coupon"] == "5.00"
    await shown(world, world.mira, await world.slip(), coupons=[coupon])
    assert (await promised(world, world.mira, coupons=[coupon]))["for-coupon"] == "coupon"
    assert (await promised(world, None, coupons=["K-ANY"], member={"id": "x"}))["for-coupon"] == "5.00"


async def test_codes_that_a_promotion_writes_out_and_somebody_spent_count_no_more(open_world: OpenWorld) -> None:
    written = giving("5", id="written", conditions=[{"type": "code", "list": ["Egg-1"], "single_use": True}])
    world = await open_world(promotions=[written])
    assert await promised(world, world.petar, codes=["egg-1"]) == {"written": "5"}
    await shown(world, world.mira, await world.slip(), codes=["EGG-1"])
    assert await promised(world, world.petar, codes=["egg-1"]) == {"written": "code"}


async def test_inf_15_what_all_promotions_together_may_not_take_one_stands_back_for(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    content = {"limits": {"budget": "12.00"}, "promotions": [giving("8", id="eight"), giving("5", id="five")]}
    await turned(world, await drafted(world, "tight", content), "started")
    told = await promised(world, world.mira)
    assert told == {"eight": "8", "five": "budget"}
    await shown(world, world.mira, await world.slip())
    given_ = await world.rows("select promotion from award where tenant_id = :tenant")
    assert [row.promotion for row in given_] == ["eight"]


async def test_an_offer_that_is_kept_for_the_member_is_theirs_in_a_simulation_alone(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[giving("5", id="last", limits={"total": 1, "per_member_per_day": 1})])
    assert (await world.mira.api.get("/offers")).status_code == 200
    assert await promised(world, world.mira) == {"last": "5"}
    assert await promised(world, world.mira, now="2030-01-01T12:00:00+01:00") == {"last": "5"}
    assert await promised(world, world.petar) == {"last": "limit"}


async def test_a_programme_that_the_member_does_not_have_gives_them_nothing(world: World) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await run(session, actor(world), world.programme_id, open_to="assigned", scheme=None, now=utc_now())
        await assign(session, actor(world), world.programme_id, Whom(member_id=world.mira.id), now=utc_now())
    assert (await promised(world, world.mira))["yoghurt"] == "20"
    assert set((await promised(world, world.petar)).values()) == {"audience"}


async def test_what_lowers_the_price_is_not_promised_for_a_paid_receipt(open_world: OpenWorld) -> None:
    off = {"id": "off", "benefit": {"type": "percent", "percent": "50"}, "combine": {"mode": "alone"}}
    world = await open_world(promotions=[off, BACK])
    assert await promised(world, world.mira) == {"off": "paid", "back": "2.80"}
