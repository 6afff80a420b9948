"""A basket is simulated as a receipt is decided, by campaigns that run or do not, and nothing of it stays."""

from typing import Any

import pytest

from tests.fixtures.campaigns import drafted, giving, turned
from tests.fixtures.staff import Colleague, hire
from tests.fixtures.world import BRAND, YOGHURT_AND_MILK_POINTS, OpenWorld, World
from tests.journeys.test_rights import another_partner

BASKET: dict[str, Any] = {
    "currency": "RSD",
    "now": "2026-11-22T12:00:00+01:00",
    "channel": "retail",
    "member": {"id": "somebody"},
    "lines": [
        {"id": "1", "gtin": "9520101000040", "name": "Jogurt", "quantity": "3", "total": "104.97"},
        {"id": "2", "sku": "LIPA-9520101000019", "quantity": "2", "total": "279.98"},
    ],
}


@pytest.fixture
async def manager(world: World) -> Colleague:
    return await hire(world, "brand_manager")


async def simulated(who: Colleague, language: str = "en", **body: Any) -> dict[str, Any]:
    answer = await who.api.post(
        "/staff/simulations", json={"basket": BASKET, **body}, headers={"Accept-Language": language}
    )
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def state_of(world: World) -> dict[str, list[Any]]:
    """All that simulating could move."""
    tables = ("campaign_slot", "promotion_use", "member_uses", "promo_code", "audit", "job", "award", "ledger_entry")
    return {
        table: sorted(map(str, await world.rows(f"select * from {table} where tenant_id = :tenant")))  # noqa: S608
        for table in tables
    }


async def test_mt_30_what_holds_is_simulated_as_a_receipt_is_decided(world: World, manager: Colleague) -> None:
    found = await simulated(manager)
    assert found["outcome"]["points"] == str(YOGHURT_AND_MILK_POINTS)
    assert found["campaigns"] == [
        {
            "campaign": "welcome",
            "revision": 1,
            "state": "live",
            "applied": ["brand", "hundreds", "yoghurt"],
            "not_applied": [],
            "undecided": [],
        }
    ]
    receipt = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt))["points"] == found["outcome"]["points"]


async def test_tron_04_a_draft_is_simulated_alone_beside_a_paused_one_and_nothing_stays(
    world: World, manager: Colleague
) -> None:
    await drafted(world, "draft", {"promotions": [giving("7", limits={"total": 3, "per_member": 1})]})
    paused = await drafted(world, "paused", {"promotions": [giving("2", id="two")]})
    await turned(world, paused, "started")
    await turned(world, paused, "paused")
    before = await state_of(world)
    one = await simulated(manager, campaigns=["draft"], member=str(world.mira.id))
    assert (one["outcome"]["points"], one["campaigns"][0]["state"]) == ("7", "draft")
    both = await simulated(manager, campaigns=["draft", "paused"])
    assert (both["outcome"]["points"], [each["state"] for each in both["campaigns"]]) == ("9", ["draft", "paused"])
    assert [each["applied"] for each in both["campaigns"]] == [["five"], ["two"]]
    assert await state_of(world) == before


async def test_an_anonymous_basket_gets_reasons_in_the_callers_language(manager: Colleague) -> None:
    found = await simulated(manager, "sr-Latn", basket={**BASKET, "member": None})
    assert found["outcome"]["points"] == "0"
    whys = {each["reason"]: each["why"] for each in found["outcome"]["not_applied"]}
    assert whys == {"audience": "Namenjeno je drugim kupcima."}
    assert found["campaigns"][0]["not_applied"] == ["brand", "hundreds", "yoghurt"]


async def test_a_stored_members_groups_and_uses_count_and_what_the_basket_says_goes_before(
    world: World, manager: Colleague
) -> None:
    content = {"audience": {"groups": ["students"]}, "promotions": [giving("5", limits={"per_member": 1})]}
    await turned(world, await drafted(world, "students", content), "started")
    who: dict[str, Any] = {"campaigns": ["students"], "member": str(world.mira.id)}
    assert (await simulated(manager, **who))["outcome"]["not_applied"][0]["reason"] == "customer_group"
    assert (await manager.api.put(f"/staff/groups/students/members/{world.mira.id}")).status_code == 204
    assert (await simulated(manager, **who))["outcome"]["points"] == "5"
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert (await simulated(manager, **who))["outcome"]["not_applied"][0]["reason"] == "limit"
    fresh = {**BASKET, "member": {"id": "x", "uses": {"five": {"total": 0, "today": 0}}}}
    assert (await simulated(manager, **who, basket=fresh))["outcome"]["points"] == "5"


async def test_codes_that_stand_in_a_table_are_known(world: World, manager: Colleague) -> None:
    await drafted(world, "coded", {"promotions": [giving("5", conditions=[{"type": "code", "list": "spring"}])]})
    sent = await manager.api.post(
        "/staff/code-lists/spring/codes", content=b"EASTER20\n", headers={"Content-Type": "text/csv"}
    )
    assert sent.is_success, sent.text
    for codes, points in (([], "0"), (["easter20"], "5"), (["EASTER21"], "0")):
        found = await simulated(manager, campaigns=["coded"], basket={**BASKET, "codes": codes})
        assert found["outcome"]["points"] == points, codes


async def test_what_a_line_says_of_its_product_is_believed_before_the_catalogue(
    world: World, manager: Colleague
) -> None:
    await drafted(world, "brands", {"promotions": [giving("5", items={"brands": ["Other"]})]})
    line = {"id": "1", "sku": "LIPA-9520101000019", "quantity": "1", "total": "1.00"}
    for brand, points in ((None, "0"), ("Other", "5"), (BRAND, "0")):
        basket = {**BASKET, "lines": [{**line, "brand": brand}]}
        assert (await simulated(manager, campaigns=["brands"], basket=basket))["outcome"]["points"] == points


async def test_what_cannot_be_simulated_is_refused_by_name(open_world: OpenWorld, world: World) -> None:
    theirs = await open_world(members=1)
    await drafted(theirs, "secret", {"promotions": [giving("5")]})
    manager, marketing = await hire(world, "brand_manager"), await hire(world, "marketing")
    await drafted(world, "of-nobody", {"promotions": [giving("5")]})
    stranger = await hire(world, "brand_manager", partner_id=await another_partner(world))
    refusals: list[tuple[Colleague, dict[str, Any], int, str]] = [
        (manager, {"campaigns": ["secret"]}, 404, "campaign-not-found"),
        (manager, {"programme": "none"}, 404, "programme-not-found"),
        (manager, {"member": str(theirs.mira.id)}, 404, "member-not-found"),
        (manager, {"basket": {"currency": "RSD", "surprise": 1}}, 400, "malformed-document"),
        (marketing, {"member": str(world.mira.id)}, 403, "permission-missing"),
        (stranger, {"campaigns": ["of-nobody"]}, 404, "campaign-not-found"),
        (stranger, {"member": str(world.mira.id)}, 404, "member-not-found"),
    ]
    for who, body, status, code in refusals:
        answer = await who.api.post("/staff/simulations", json={"basket": BASKET, **body})
        assert (answer.status_code, answer.json()["code"]) == (status, code), body
    assert (await simulated(stranger))["campaigns"] == []


async def test_a_campaign_that_breaks_is_named(manager: Colleague, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("backend.accrual.simulation_facts.evaluate_paid", broken)
    answer = await manager.api.post("/staff/simulations", json={"basket": BASKET, "campaigns": ["welcome"]})
    assert (answer.status_code, answer.json()["code"]) == (422, "campaign-broken")
    assert "welcome" in answer.json()["title"]


async def test_what_no_basket_could_be_is_a_fault_and_never_our_mistake(world: World) -> None:
    owner = await hire(world, "owner")
    for deep in ("[" * 25_000 + "]" * 25_000, '{"all":[' * 6_000 + "]}" * 6_000):
        content = f'{{"basket": {deep}}}'
        headers = {"content-type": "application/json"}
        answer = await owner.api.post("/staff/simulations", content=content, headers=headers)
        assert answer.status_code == 400, answer.text[:200]
    spent = [{"type": "spent", "days": 36_600, "min": "1.00"}]
    await drafted(world, "old", {"promotions": [giving("5", conditions=spent)]})
    basket = {**BASKET, "now": "0050-01-01T10:00:00+01:00"}
    found = await simulated(owner, campaigns=["old"], basket=basket, member=str(world.mira.id))
    assert found["outcome"]["points"] == "0"
