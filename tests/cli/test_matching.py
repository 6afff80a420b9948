"""`paragon matching`: what waits is listed, a text is explained and linked."""

import pytest

from tests.cli.conftest import Paragon
from tests.fixtures.world import YOGHURT_AND_MILK, OpenWorld, World

YOGHURT = "LIPA-9520101000040"


@pytest.fixture
async def waiting(open_world: OpenWorld) -> World:
    world = await open_world()
    items = [*YOGHURT_AND_MILK, {"gtin": "9520202000017", "quantity": 1}]
    await world.mira.accepted((await world.issue(items=items))["payload"])
    await world.worker.run_due()
    return world


def test_a_text_is_listed_explained_and_linked(installed: Paragon, waiting: World) -> None:
    tenant = ("--tenant", waiting.tenant_id.hex)
    (row,) = installed("matching", "list", *tenant, "--json").value
    assert (row["text"], row["receipts"], row["band"]) == ("Hleb beli 500g", 1, "reject")
    assert installed("matching", "list", *tenant, "--search", "nothing", "--json").value == []
    assert "Hleb beli 500g" in installed("matching", "list", *tenant).out

    before = installed("matching", "explain", "JOG. LIP. 180", *tenant, "--json").value
    assert (before["product"], before["why"]) == (YOGHURT, "words: 180 g; read as: jog = jogurt, lip = lipa")
    unbranded = installed("matching", "explain", "JOG. 180", *tenant)
    assert "the slip does not name the brand" in unbranded.out

    bread = ("Hleb beli 500g", *tenant, "--sku", YOGHURT)
    foreseen = installed("matching", "preview", *bread, "--json").value
    assert (foreseen["looked_at"], foreseen["receipts"], foreseen["members"], foreseen["more"]) == (1, 1, 1, False)
    assert [(each["campaign"], each["programme"], each["receipts"]) for each in foreseen["costs"]] == [
        ("welcome", "Lipa", 1)
    ]
    assert "welcome" in installed("matching", "preview", *bread).out

    linked = installed("matching", "link", "JOG. 180", *tenant, "--sku", YOGHURT, "--json").value
    assert (linked["text"], linked["seller"]) == ("jog 180", "*")
    after = installed("matching", "explain", "Јог. 180/KOM", *tenant, "--seller", "1", "--json").value
    assert (after["product"], after["band"]) == (YOGHURT, "accept")
    refused = installed("matching", "link", "JOG. 180", *tenant, "--sku", "NONE", "--json")
    assert (refused.status, refused.value["code"]) == (1, "alias-product-unknown")
