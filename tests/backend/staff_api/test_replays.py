"""Staff begin, follow and cancel replays; a partner's manager replays its own outlets' receipts alone."""

from typing import Any

from tests.fixtures.campaigns import giving
from tests.fixtures.replays import many_receipts
from tests.fixtures.staff import Colleague, hire, partner_of
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World
from tests.journeys.test_rights import another_partner

WISH = {"campaign": "welcome", "from": "2026-01-01", "to": "2026-12-31"}


async def begun(who: Colleague, **rest: Any) -> dict[str, Any]:
    answer = await who.api.post("/staff/replays", json={**WISH, **rest})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


async def test_mt_30_a_replay_is_begun_followed_and_read(world: World) -> None:
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    manager, auditor = await hire(world, "brand_manager"), await hire(world, "auditor")
    row = await begun(manager)
    assert (row["state"], row["progress"]["total"], row["created_by"]) == ("waiting", None, str(manager.id))
    waiting = (await auditor.api.get(f"/staff/replays/{row['id']}")).json()
    assert waiting == {"replay": row, "result": None}
    await world.worker.run_due()
    found = (await auditor.api.get(f"/staff/replays/{row['id']}")).json()
    assert (found["replay"]["state"], found["replay"]["progress"]["done"], found["replay"]["progress"]["eta_s"]) == (
        "done",
        1,
        0,
    )
    assert found["result"]["cost"]["points"] == str(YOGHURT_AND_MILK_POINTS)
    assert (await auditor.api.get("/staff/replays")).json() == {"replays": [found["replay"]], "next": None}
    second = await begun(manager, revision=1)
    page = (await auditor.api.get("/staff/replays", params={"limit": 1})).json()
    assert ([each["id"] for each in page["replays"]], page["next"]) == ([second["id"]], second["id"])
    rest = (await auditor.api.get("/staff/replays", params={"limit": 1, "before": page["next"]})).json()
    assert rest["replays"] == [found["replay"]]


async def test_a_replay_is_cancelled_once_and_both_stand_in_the_audit_trail(world: World) -> None:
    manager = await hire(world, "brand_manager")
    path = f"/staff/replays/{(await begun(manager))['id']}/cancel"
    cancelled = await manager.api.post(path)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    again = await manager.api.post(path)
    assert (again.status_code, again.json()["code"]) == (409, "replay-ended")
    rows = await world.rows("select action, before, after from audit where tenant_id = :tenant order by seq")
    assert [(row.action, row.before, row.after) for row in rows] == [
        ("replay.begun", {}, {**WISH, "revision": 1}),
        ("replay.cancelled", {"state": "waiting", "done": 0}, {"state": "cancelled"}),
    ]


async def test_what_cannot_be_replayed_is_refused_by_name(world: World) -> None:
    manager = await hire(world, "brand_manager")
    for rest, status, code in (
        ({"campaign": "none"}, 404, "campaign-not-found"),
        ({"revision": 7}, 404, "campaign-not-found"),
        ({"from": "2026-12-31", "to": "2026-12-30"}, 422, "replay-period-refused"),
        ({"from": "2024-12-30"}, 422, "replay-period-refused"),
        ({"from": "yesterday"}, 400, "malformed-request"),
    ):
        answer = await manager.api.post("/staff/replays", json={**WISH, **rest})
        assert (answer.status_code, answer.json()["code"]) == (status, code), rest
    for _ in range(3):
        await begun(manager)
    answer = await manager.api.post("/staff/replays", json=WISH)
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many-replays")
    assert answer.headers["retry-after"]


async def test_a_partners_manager_replays_own_campaigns_on_own_outlets_receipts_alone(world: World) -> None:
    own = await partner_of(world)
    inside = await hire(world, "brand_manager", partner_id=own)
    outside = await hire(world, "brand_manager", partner_id=await another_partner(world))
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    await many_receipts(world, 3)  # of no outlet
    draft = {"code": "own", "name": "Own", "promotions": [giving("5")]}
    assert (await inside.api.post("/staff/campaigns", json=draft)).status_code == 201
    row = await begun(inside, campaign="own")
    await world.worker.run_due()
    found = (await inside.api.get(f"/staff/replays/{row['id']}")).json()["result"]
    assert (found["receipts"]["seen"], found["cost"]["points"]) == (1, "5")
    assert (await inside.api.post("/staff/replays", json=WISH)).status_code == 404, "the tenant's campaign"
    theirs = f"/staff/replays/{row['id']}"
    assert (await outside.api.get(theirs)).status_code == 404
    assert (await outside.api.post(f"{theirs}/cancel")).status_code == 404
    assert (await outside.api.get("/staff/replays")).json()["replays"] == []
    owner = await hire(world, "owner")
    assert [each["id"] for each in (await owner.api.get("/staff/replays")).json()["replays"]] == [row["id"]]
