"""A campaign holds from its start, and a malformed one never starts."""

from typing import Any
from uuid import UUID

import pytest

from backend.campaigns.codes import import_codes
from backend.campaigns.queries import name_products, promotions_of, rules_at
from backend.campaigns.service import Header, change, draft
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


async def test_a_partner_spends_codes_of_its_own_lists_alone(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[])
    ours, theirs = [await a_partner(world, tax_id) for tax_id in ("1", "2")]
    async with world.database.transaction(world.tenant_id) as session:
        for name, partner_id in (("secret", theirs), ("own", ours), ("brand", None)):
            await import_codes(session, actor(world), name, ["A1"], partner_id=partner_id, now=utc_now())

    async def drafted_with(name: str) -> list[str]:
        promotion = {**POINTS, "id": name, "conditions": [{"type": "code", "list": name}]}
        header = Header(name, name, world.programme_id, partner_id=ours)
        try:
            async with world.database.transaction(world.tenant_id) as session:
                await draft(session, actor(world), header, {"promotions": [promotion]}, now=utc_now())
        except MalformedDocument as refused:
            return [fault.pointer for fault in refused.faults]
        return []

    said = {name: await drafted_with(name) for name in ("own", "secret", "brand", "to come")}
    refused = ["/promotions/0/conditions"]
    assert said == {"own": [], "secret": refused, "brand": refused, "to come": refused}


async def a_partner(world: World, tax_id: str) -> UUID:
    (row,) = await world.rows(
        "insert into partner (tenant_id, id, name, tax_id, created_at) "
        "values (:tenant, gen_random_uuid(), :tax_id, :tax_id, now()) returning id",
        tax_id=tax_id,
    )
    return UUID(str(row.id))
