"""Ready schemes are offered in the caller's language, filled in and drafted; faults stand where they were written."""

from typing import Any

from tests.fixtures.staff import Colleague, hire, partner_of
from tests.fixtures.world import OpenWorld, World


async def drafted(who: Colleague, template: str, **body: Any) -> dict[str, Any]:
    answer = await who.api.post(f"/staff/campaign-templates/{template}", json={"code": template, **body})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_tron_04_templates_are_offered_in_the_callers_language(world: World) -> None:
    manager = await hire(world, "brand_manager")
    told = {}
    for language in ("en", "sr-Latn", "sr-Cyrl", "hr"):
        answer = await manager.api.get("/staff/campaign-templates", headers={"Accept-Language": language})
        told[language] = {each["code"]: each for each in answer.json()}
    assert len(told["en"]) > 30
    names = [told[language]["weekend"]["name"] for language in told]
    assert names == ["Weekend discount", "Popust za vikend", "Попуст за викенд", "Popust za vikend"]
    percent = told["hr"]["weekend"]["parameters"]["properties"]["percent"]
    assert percent == {
        "title": "Postotak",
        "type": "string",
        "format": "percent",
        "pattern": "^[0-9]{1,12}(\\.[0-9]{1,4})?$",
        "exclusiveMinimum": 0,
        "maximum": 100,
        "unit": "percent",
        "default": "5",
    }
    assert told["en"]["three-for-two"]["parameters"]["required"] == ["items"]


async def test_inf_08_lty_21_two_requests_make_a_running_campaign(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    manager = await hire(world, "brand_manager")
    made = await drafted(manager, "points-of-receipt", code="ten", parameters={"every": "10.00"})
    assert (made["campaign"]["state"], made["campaign"]["name"]) == ("draft", "Points for the whole receipt")
    assert made["revisions"][0]["content"]["promotions"] == [
        {
            "id": "ten",
            "name": "Points for the whole receipt",
            "benefit": {"type": "points", "every": "10.00", "points": "1"},
        }
    ]
    ((before, after),) = await world.rows(
        "select before, after from audit where tenant_id = :tenant and action = 'campaign.drafted'"
    )
    assert (before, after["template"], after["code"]) == ({}, "points-of-receipt", "ten")
    path = f"/staff/campaigns/{made['campaign']['id']}/turns"
    assert (await manager.api.post(path, json={"turned": "started"})).json()["campaign"]["state"] == "live"
    slip = await world.slip()
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert [(award["promotion"], award["points"]) for award in receipt["awards"]] == [("ten", "38")]


async def test_elb_29_elb_28_six_groups_of_customers_are_stored(world: World) -> None:
    manager = await hire(world, "brand_manager")
    groups = [{"group": f"g{number}", "minimum": "5", "value": f"{number}.00"} for number in range(1, 7)]
    made = await drafted(manager, "points-by-customer-group", parameters={"groups": groups})
    stored = made["revisions"][0]["content"]["promotions"]
    assert [each["benefit"]["percent"] for each in stored] == ["10", "20", "30", "40", "50", "60"]
    assert [each["conditions"][0]["in"] for each in stored] == [[group["group"]] for group in groups]


async def test_lty_30_tron_37_every_group_has_a_programme_of_its_own(world: World) -> None:
    manager = await hire(world, "brand_manager")
    groups = [{"group": "pensioners", "percent": "10"}, {"group": "students", "percent": "5"}]
    made = await drafted(manager, "percent-by-customer-group", name="Groups", parameters={"groups": groups})
    assert (made["campaign"]["name"], made["campaign"]["promotions"]) == ("Groups", 2)


async def test_a_campaign_of_the_discount_scheme_says_so_and_keeps_it_when_changed(world: World) -> None:
    manager = await hire(world, "brand_manager")
    made = await drafted(manager, "discount-scheme")
    content = made["revisions"][0]["content"]
    assert content["scheme"] == "discount"
    path = f"/staff/campaigns/{made['campaign']['id']}"
    changed = (await manager.api.put(path, json={**content, "valid": {"from": "2027-01-01"}})).json()
    assert [each["pointer"] for each in changed["revisions"][-1]["changes"]] == ["/valid"]
    refused = await manager.api.put(path, json={**content, "scheme": "none"})
    assert refused.status_code == 400


async def test_faults_stand_where_they_were_written_and_nothing_is_drafted(world: World) -> None:
    manager = await hire(world, "brand_manager")
    path = "/staff/campaign-templates/weekend"
    body = {"code": "w", "parameters": {"percent": "101", "surprise": 1}}
    answer = await manager.api.post(path, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-document")
    assert {fault["pointer"] for fault in answer.json()["errors"]} == {"/parameters/percent", "/parameters/surprise"}
    unknown = await manager.api.post("/staff/campaign-templates/nothing", json={"code": "w"})
    assert (unknown.status_code, unknown.json()["code"]) == (404, "template-not-found")
    assert await world.count("campaign") == 1
    await drafted(manager, "weekend")
    again = await manager.api.post(path, json={"code": "weekend"})
    assert (again.status_code, again.json()["code"]) == (409, "campaign-exists")
    await drafted(manager, "points-by-receipt-amount", code="w", parameters={})
    taken = await manager.api.post(path, json={"code": "w-2"})
    assert [fault["pointer"] for fault in taken.json()["errors"]] == ["/code"]


async def test_a_partners_manager_drafts_for_that_partner_alone(world: World) -> None:
    own = await partner_of(world)
    made = await drafted(await hire(world, "brand_manager", partner_id=own), "weekend")
    assert made["campaign"]["partner"] == str(own)
    assert len(made["revisions"][0]["content"]["partners"]) == 1
