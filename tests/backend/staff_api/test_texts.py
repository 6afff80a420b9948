"""Staff see which texts wait for a product and why, and decide; every decision stands in the audit trail."""

from typing import Any

from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.staff import hire
from tests.fixtures.world import YOGHURT_AND_MILK, OpenWorld, World

YOGHURT = "LIPA-9520101000040"
BREAD = {"gtin": "9520202000017", "quantity": 1}


async def _scan(world: World, count: int = 1) -> None:
    for _ in range(count):
        slip = await world.issue(shop=SHOPS[0].premises_id, items=[*YOGHURT_AND_MILK, BREAD])
        await world.mira.accepted(slip["payload"])
        await world.worker.run_due()


async def test_a_text_is_listed_explained_linked_and_taken_back(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    await _scan(world, 2)
    manager = (await hire(world, "brand_manager")).api

    async def listed(**params: Any) -> list[dict[str, Any]]:
        answer = await manager.get("/staff/matching", params=params)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["texts"])

    (row,) = await listed()
    assert (row["text"], row["receipts"], row["state"], row["band"]) == ("Hleb beli 500g", 2, "waiting", "reject")
    assert await listed(search="ХЛЕБ бели", band="reject", seller=row["seller"]) == [row]
    assert await listed(search="jogurt") == await listed(band="review") == await listed(seller="1") == []
    address = f"/staff/matching/{row['id']}"
    shown = (await manager.get(address, headers={"Accept-Language": "sr"})).json()
    assert (shown["text"], shown["product"], shown["why"]) == (row, None, "nijedan proizvod nije blizu")

    linked = await manager.post(f"{address}/link", json={"sku": YOGHURT})
    assert (linked.status_code, linked.json()["state"]) == (200, "linked")
    again = (await manager.get(address)).json()
    assert (again["product"], again["band"], again["why"][:15]) == (YOGHURT, "accept", "linked by staff")
    assert await listed() == []
    assert [each["id"] for each in await listed(state="linked")] == [row["id"]]

    back = await manager.post(f"{address}/unlink")
    assert (back.status_code, back.json()["state"]) == (200, "waiting")
    aside = await manager.post(f"{address}/ignore")
    assert (aside.status_code, aside.json()["state"]) == (200, "ignored")
    trail = await world.rows("select action from audit where tenant_id = :tenant order by seq")
    assert [each.action for each in trail] == ["text.linked", "text.unlinked", "text.ignored"]

    stranger = (await hire(elsewhere, "owner")).api
    for method, path in (("GET", address), ("POST", f"{address}/unlink"), ("POST", f"{address}/ignore")):
        refused = await stranger.request(method, path)
        assert (refused.status_code, refused.json()["code"]) == (404, "unmatched-text-not-found")
    assert (await stranger.get("/staff/matching")).json() == {"texts": [], "next": None}


async def test_a_page_says_where_the_next_begins_and_what_is_asked_amiss_is_refused(world: World) -> None:
    items = [BREAD, {"gtin": "9520202000024", "quantity": 1}]
    for some in (items, items[:1]):
        slip = await world.issue(shop=SHOPS[0].premises_id, items=[*YOGHURT_AND_MILK, *some])
        await world.mira.accepted(slip["payload"])
        await world.worker.run_due()
    agent = (await hire(world, "support_agent")).api
    first = (await agent.get("/staff/matching", params={"limit": 1})).json()
    second = (await agent.get("/staff/matching", params={"limit": 1, "after": first["next"]})).json()
    assert [page["texts"][0]["receipts"] for page in (first, second)] == [2, 1]
    assert (await agent.get("/staff/matching", params={"after": second["next"]})).json()["texts"] == []
    for params in ({"after": "1"}, {"after": "x_y"}, {"band": "accept"}, {"state": "gone"}, {"limit": 101}):
        assert (await agent.get("/staff/matching", params=params)).status_code == 400, params
    address = f"/staff/matching/{first['texts'][0]['id']}/link"
    assert (await agent.post(address, json={"sku": YOGHURT})).json()["code"] == "permission-missing"
    manager = (await hire(world, "owner")).api
    unknown = await manager.post(address, json={"sku": "NONE"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "alias-product-unknown")
    assert (await manager.post(address, json={"sku": YOGHURT, "product": "x"})).status_code == 400


async def test_a_link_is_foreseen_as_it_comes_about_and_can_be_stopped(open_world: OpenWorld) -> None:
    world = await open_world(members=2)
    for who in (world.mira, world.mira, world.petar):
        slip = await world.issue(shop=SHOPS[0].premises_id, items=[BREAD | {"quantity": 2}])
        await who.accepted(slip["payload"])
        await world.worker.run_due()
    manager = (await hire(world, "brand_manager")).api
    (row,) = (await manager.get("/staff/matching")).json()["texts"]
    before = await world.trace()
    points = [await who.points() for who in (world.mira, world.petar)]
    foreseen = (await manager.post(f"/staff/matching/{row['id']}/preview", json={"sku": YOGHURT})).json()
    assert await world.trace() == before
    assert (foreseen["looked_at"], foreseen["receipts"], foreseen["members"]) == (3, 3, 2)
    assert (foreseen["broken"], foreseen["more"]) == (0, False)
    (cost,) = foreseen["costs"]
    assert (cost["campaign"], cost["receipts"]) == ("welcome", 3)

    await manager.post(f"/staff/matching/{row['id']}/link", json={"sku": YOGHURT})
    (waiting,) = (await manager.get("/staff/matching/reratings")).json()["reratings"]
    assert (waiting["state"], waiting["cause"], waiting["folded"]) == ("waiting", "linked", row["folded"])
    await world.worker.run_due()
    gained = [await who.points() - had for who, had in zip((world.mira, world.petar), points, strict=True)]
    assert sum(gained) == int(cost["points"])
    assert gained[0] == 2 * gained[1] > 0
    again = (await manager.post(f"/staff/matching/{row['id']}/preview", json={"sku": YOGHURT})).json()
    assert (again["receipts"], again["costs"]) == (0, [])
    (done,) = (await manager.get("/staff/matching/reratings")).json()["reratings"]
    assert (done["state"], done["looked_at"], done["given_more"]) == ("done", 3, 3)
    stopped = await manager.post(f"/staff/matching/reratings/{done['id']}/stop")
    assert (stopped.status_code, stopped.json()["state"]) == (200, "done")
    gone = await manager.post(f"/staff/matching/reratings/{row['id']}/stop")
    assert gone.json()["code"] == "rerating-not-found"


async def test_a_stopped_run_looks_at_no_further_receipt(world: World) -> None:
    await _scan(world, 2)
    manager = (await hire(world, "owner")).api
    (row,) = (await manager.get("/staff/matching")).json()["texts"]
    await manager.post(f"/staff/matching/{row['id']}/link", json={"sku": YOGHURT})
    (run,) = (await manager.get("/staff/matching/reratings")).json()["reratings"]
    await manager.post(f"/staff/matching/reratings/{run['id']}/stop")
    await world.worker.run_due()
    (run,) = (await manager.get("/staff/matching/reratings")).json()["reratings"]
    assert (run["state"], run["looked_at"], await world.count("resettlement")) == ("stopped", 0, 0)
