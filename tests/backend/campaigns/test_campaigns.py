"""A campaign holds from its start, and a malformed one never starts."""

from typing import Any

import pytest

from backend.campaigns.queries import name_products, promotions_of, rules_at
from backend.campaigns.service import change
from backend.kit.clock import utc_now
from backend.promotions.documents import MalformedDocument, read_promotions
from tests.fixtures.campaigns import actor, drafted
from tests.fixtures.world import PROMOTIONS, OpenWorld, World

POINTS: dict[str, Any] = {
    "id": "extra",
    "audience": "members",
    "benefit": {"type": "points", "points": "5"},
    "grant": {"as": "points"},
}


async def _live(world: World) -> list[str]:
    async with world.database.transaction(world.tenant_id) as session:
        return [found.code for found in await rules_at(session, world.tenant_id, world.programme_id, utc_now())]


async def test_a_second_campaign_adds_to_the_first(world: World) -> None:
    await world.campaign("more", [POINTS])
    assert await _live(world) == ["welcome", "more"]
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert {award["promotion"] for award in receipt["awards"]} == {"extra", *(each["id"] for each in PROMOTIONS)}
    ((versions,),) = await world.rows("select campaign_versions from settlement where tenant_id = :tenant")
    assert versions == {"welcome": 1, "more": 1}


@pytest.mark.parametrize(
    "documents",
    [
        [{**POINTS, "id": "hundreds"}],
        [POINTS, POINTS],
        [{**POINTS, "surprise": 1}],
        [{**POINTS, "benefit": {"type": "gift"}}],
    ],
    ids=["repeats a live one", "repeats itself", "unknown field", "unknown benefit"],
)
async def test_a_malformed_campaign_never_starts(world: World, documents: list[dict[str, Any]]) -> None:
    with pytest.raises(MalformedDocument):
        await world.campaign("bad", documents)
    assert await _live(world) == ["welcome"]


async def test_another_tenants_campaign_gives_nothing_here(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(promotions=[]), await open_world()
    assert (await _live(world), await _live(elsewhere)) == (["welcome"], ["welcome"])
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt_id))["points"] == "0"


@pytest.mark.parametrize(
    ("items", "wanted"),
    [
        (None, False),
        ({"names": ["banana"]}, False),
        ({"gtins": ["9520101000040"]}, True),
        ({"brands": ["Lipa"]}, True),
        ({"names": ["x"], "except": {"skus": ["y"]}}, True),
    ],
)
def test_barcodes_are_asked_for_only_when_a_promotion_needs_them(items: dict[str, Any] | None, wanted: bool) -> None:
    promotions = read_promotions([POINTS | ({"items": items} if items else {})])
    assert name_products(promotions) is wanted
    assert promotions_of([]) == ()


async def test_a_group_is_shared_in_one_way_by_every_campaign_of_the_programme(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    best, first = ({**POINTS, "combine": {"mode": mode, "group": "g"}} for mode in ("best", "first"))
    mixed = {"promotions": [{**first, "id": "other"}]}
    with pytest.raises(MalformedDocument) as within:
        await drafted(world, "mixed", {"promotions": [best, *mixed["promotions"]]})
    await drafted(world, "one", {"promotions": [best]})
    with pytest.raises(MalformedDocument) as beside:
        await drafted(world, "two", mixed)
    two = await drafted(world, "two", {"promotions": [{**best, "id": "other"}]})
    with pytest.raises(MalformedDocument) as changed:
        async with world.database.transaction(world.tenant_id) as session:
            await change(session, actor(world), two, mixed, now=utc_now())
    assert [[fault.pointer for fault in each.value.faults] for each in (within, beside, changed)] == [
        ["/promotions/1/combine/mode"],
        ["/promotions/0/combine/mode"],
        ["/promotions/0/combine/mode"],
    ]
