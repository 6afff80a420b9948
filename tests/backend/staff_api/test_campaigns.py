"""Brand managers compose campaigns without programming; a partner's see and make their own alone."""

from typing import Any

import pytest

from tests.fixtures.campaigns import FIVE, giving
from tests.fixtures.staff import Colleague, hire, partner_of
from tests.fixtures.world import World
from tests.journeys.test_rights import another_partner

EASTER: dict[str, Any] = {
    "code": "easter",
    "name": "Easter",
    "group": "Easter",
    "valid": {"from": "2026-03-01", "days": 7},
    "promotions": [FIVE],
}


async def drafted(who: Colleague, **rest: Any) -> dict[str, Any]:
    answer = await who.api.post("/staff/campaigns", json={**EASTER, **rest})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_tron_04_a_campaign_is_drafted_changed_and_started(world: World) -> None:
    manager = await hire(world, "brand_manager")
    made = await drafted(manager)
    assert (made["campaign"]["state"], made["campaign"]["valid"]) == (
        "draft",
        {"from": "2026-03-01", "to": "2026-03-07"},
    )
    assert (made["campaign"]["programme"], made["revisions"][0]["created_by"]) == ("lipa", str(manager.id))
    path = f"/staff/campaigns/{made['campaign']['id']}"
    started = (await manager.api.post(f"{path}/turns", json={"turned": "started"})).json()
    assert (started["campaign"]["state"], [turn["turned"] for turn in started["turns"]]) == ("ended", ["started"])
    forever = {"promotions": [giving("6")], "note": "until further notice"}
    changed = (await manager.api.put(path, json=forever)).json()
    assert (changed["campaign"]["state"], changed["campaign"]["revision"]) == ("live", 2)
    assert (await manager.api.get(path)).json() == changed
    revision = changed["revisions"][1]
    assert {each["pointer"] for each in revision["changes"]} == {"/valid", "/promotions/five/benefit"}
    assert (revision["note"], revision["created_by"]) == ("until further notice", str(manager.id))
    for turned, state in (("paused", "paused"), ("started", "live"), ("ended", "ended")):
        answer = await manager.api.post(f"{path}/turns", json={"turned": turned})
        assert answer.json()["campaign"]["state"] == state
    refused = await manager.api.put(path, json=forever)
    assert (refused.status_code, refused.json()["code"]) == (409, "campaign-state-refused")


async def test_tron_02_tron_03_campaigns_are_found_by_group_with_state_and_validity(world: World) -> None:
    manager = await hire(world, "brand_manager")
    await drafted(manager)
    await drafted(manager, code="eggs", promotions=[giving("1", id="eggs")])
    await drafted(manager, code="summer", group="Summer", promotions=[])
    found = (await manager.api.get("/staff/campaigns", params={"group": "Easter"})).json()
    assert [(row["code"], row["state"], row["promotions"]) for row in found] == [
        ("easter", "draft", 1),
        ("eggs", "draft", 1),
    ]
    everything = (await manager.api.get("/staff/campaigns")).json()
    assert [row["code"] for row in everything] == ["welcome", "easter", "eggs", "summer"]
    assert (everything[0]["state"], everything[0]["valid"]) == ("live", {"from": None, "to": None})


async def test_faults_of_a_document_are_named_where_they_stand(world: World) -> None:
    manager = await hire(world, "brand_manager")
    body = {**EASTER, "outlets": ["nowhere"]}
    answer = await manager.api.post("/staff/campaigns", json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-document")
    assert answer.json()["errors"] == [
        {"pointer": "/outlets/0", "message": "is no outlet that this campaign can be for"}
    ]
    broken = {**EASTER, "promotions": [{**FIVE, "benefit": {"type": "points", "points": 5}}]}
    answer = await manager.api.post("/staff/campaigns", json=broken)
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["/promotions/0/benefit/points"]
    assert await world.count("campaign") == 1


async def test_a_campaigns_limits_are_shown_with_what_is_left(world: World) -> None:
    manager = await hire(world, "brand_manager")
    made = await drafted(manager, promotions=[], limits={"total": 100, "budget": "5000.00"})
    assert made["budgets"] == [
        {"promotion": None, "kind": "uses", "total": "100", "used": "0", "held": "0", "left": "100"},
        {"promotion": None, "kind": "value", "total": "5000.00", "used": "0.00", "held": "0.00", "left": "5000.00"},
    ]


async def test_a_partners_manager_sees_and_makes_that_partners_campaigns_alone(world: World) -> None:
    own = await partner_of(world)
    manager = await hire(world, "brand_manager")
    inside = await hire(world, "brand_manager", partner_id=own)
    outside = await hire(world, "brand_manager", partner_id=await another_partner(world))
    made = await drafted(inside)
    assert made["campaign"]["partner"] == str(own)
    ((tax_id,),) = await world.rows("select tax_id from partner where tenant_id = :tenant and id = :id", id=own)
    assert made["revisions"][0]["content"]["partners"] == [tax_id], "it is for its own shops"
    path = f"/staff/campaigns/{made['campaign']['id']}"
    for who, codes, status in ((manager, ["welcome", "easter"], 200), (inside, ["easter"], 200), (outside, [], 404)):
        assert [row["code"] for row in (await who.api.get("/staff/campaigns")).json()] == codes
        assert (await who.api.get(path)).status_code == status
        assert (await who.api.put(path, json={"promotions": []})).status_code == status
    assert (await outside.api.post(f"{path}/turns", json={"turned": "started"})).status_code == 404
    ((whole,),) = await world.rows("select id from campaign where tenant_id = :tenant and code = 'welcome'")
    assert (await inside.api.get(f"/staff/campaigns/{whole}")).status_code == 404
    answer = await inside.api.put(path, json={"promotions": [], "partners": ["1"]})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/partners/0")
    assert (
        await inside.api.put(f"/staff/programmes/{world.programme_id}", json={"open_to": "everyone"})
    ).status_code == 403


async def test_codes_are_uploaded_as_csv(world: World) -> None:
    manager = await hire(world, "brand_manager")
    headers = {"Content-Type": "text/csv; charset=utf-8"}
    path = "/staff/code-lists/spring/codes"
    content = "code\n" + "\n".join(f"C{number:05}" for number in range(20_000))
    answer = await manager.api.post(path, content=content, headers=headers)
    assert (answer.status_code, answer.json()) == (200, {"name": "spring", "added": 20_000, "repeated": 0})
    assert (await manager.api.post(path, content="c00001\nnew", headers=headers)).json()["added"] == 1
    refused = await manager.api.post(path, content="a\nb c", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "code-list-refused")
    assert (await manager.api.post(path, json={})).status_code == 415
    assert (await manager.api.post("/staff/code-lists/-/codes", content="a", headers=headers)).status_code == 400
    assert (await manager.api.get("/staff/code-lists")).json() == [
        {"name": "spring", "single_use": True, "unspent": 20_001, "held": 0, "spent": 0}
    ]


async def test_groups_are_their_members(world: World) -> None:
    manager = await hire(world, "brand_manager")
    for member in (world.mira, world.petar, world.petar):
        assert (await manager.api.put(f"/staff/groups/students/members/{member.id}")).status_code == 204
    assert (await manager.api.get("/staff/groups")).json() == [{"code": "students", "members": 2}]
    for _ in range(2):
        assert (await manager.api.delete(f"/staff/groups/students/members/{world.mira.id}")).status_code == 204
    assert (await manager.api.get("/staff/groups")).json() == [{"code": "students", "members": 1}]
    refused = await manager.api.put(f"/staff/groups/all of them/members/{world.mira.id}")
    assert (refused.status_code, refused.json()["code"]) == (422, "group-malformed")
    trail = await world.rows("select before, after from audit where tenant_id = :tenant order by seq")
    assert [(row.before["groups"], row.after["groups"]) for row in trail] == [
        ([], ["students"]),
        ([], ["students"]),
        (["students"], []),
    ]


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00+14:00"])
async def test_a_moment_that_nobody_can_keep_is_a_fault(world: World, moment: str) -> None:
    owner = await hire(world, "owner")
    (campaign,) = await world.rows("select id from campaign where tenant_id = :tenant")
    asked = [
        ("PUT", f"/staff/campaigns/{campaign.id}", {"holds_from": moment, "note": "x"}),
        ("POST", f"/staff/campaigns/{campaign.id}/turns", {"turned": "paused", "since": moment}),
        ("PUT", f"/staff/programmes/{world.programme_id}", {"open_to": "everyone", "scheme": "none", "since": moment}),
    ]
    for method, path, body in asked:
        answer = await owner.api.request(method, path, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request"), path
