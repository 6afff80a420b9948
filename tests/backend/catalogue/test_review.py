"""What no product was accepted for waits for staff, counted by seller; their links hold at once and are remembered."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from backend.catalogue.matching.errors import AliasProductUnknown, AliasTextEmpty, UnmatchedTextNotFound
from backend.catalogue.matching.lines import match_lines
from backend.catalogue.matching.linking import ignore, link, unlink
from backend.catalogue.matching.matcher import LineFacts
from backend.catalogue.matching.reratings import RERATE
from backend.catalogue.matching.review import Place, note_unmatched, queue, unmatched_text
from backend.kit.audit import Actor, verify
from backend.kit.clock import utc_now
from backend.kit.ids import new_id
from backend.receipts.queries import receipts_with_text
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.world import PROMOTIONS, YOGHURT_AND_MILK, YOGHURT_AND_MILK_POINTS, OpenWorld, World

SELLER = SHOPS[0].tax_id
BREAD, YOGHURT = "9520202000017", "LIPA-9520101000040"


async def _settle(world: World, *gtins: str, shop: int = 0) -> UUID:
    """A settled receipt with yoghurt and milk, and with one of each of these besides."""
    items = [*YOGHURT_AND_MILK, *({"gtin": gtin, "quantity": 1} for gtin in gtins)]
    slip = await world.issue(shop=SHOPS[shop].premises_id, items=items)
    receipt = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    return UUID(receipt)


async def _note(world: World, *names: str, seller: str = SELLER) -> None:
    """What settling does with lines of those names."""
    lines = [LineFacts(str(no), name, None) for no, name in enumerate(names)]
    async with world.database.transaction(world.tenant_id) as session:
        found = await match_lines(session, world.tenant_id, lines, seller_tax_id=seller)
        note_unmatched(
            session,
            tenant_id=world.tenant_id,
            receipt_id=new_id(),
            seller_tax_id=seller,
            lines=lines,
            found=found,
            now=utc_now(),
        )


async def _link(world: World, text: str, sku: str = YOGHURT, seller: str = SELLER) -> UUID:
    async with world.database.transaction(world.tenant_id) as session:
        row = await link(session, Actor(world.tenant_id, None), text=text, sku=sku, seller_tax_id=seller, now=utc_now())
        return row.id


async def _queue(world: World, **narrowed: Any) -> list[Any]:
    async with world.database.transaction(world.tenant_id) as session:
        return await queue(session, world.tenant_id, **{"after": None, "limit": 100, **narrowed})


async def _product(world: World, text: str, seller: str = SELLER) -> str | None:
    async with world.database.transaction(world.tenant_id) as session:
        found = await match_lines(session, world.tenant_id, [LineFacts("1", text, None)], seller_tax_id=seller)
    return found.products["1"].sku if found.products else None


async def test_a_settled_receipt_leaves_its_unmatched_lines_and_gets_its_points(world: World) -> None:
    await _settle(world, BREAD)
    await _settle(world, BREAD)
    assert await world.mira.points() == 2 * YOGHURT_AND_MILK_POINTS + 2  # 450 and more bring one point for hundreds
    (row,) = await _queue(world)
    assert (row.seller_tax_id, row.sample, row.folded) == (SELLER, "Hleb beli 500g", "hleb beli 500g")
    assert (row.receipts, row.lines, row.state, row.band) == (2, 2, "waiting", "reject")


async def test_nothing_is_kept_while_no_campaign_names_a_product(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[PROMOTIONS[0]])
    await _settle(world, BREAD)
    assert await _queue(world) == []


async def test_one_receipt_counts_once_and_its_lines_each(world: World) -> None:
    await _note(world, "ML. 2,8% 1L", "ml 2.8% 1l/KOM", "JOGURT 180G", "LIPA JOGURT 180G", "...")
    rows = {row.folded: (row.receipts, row.lines, row.band) for row in await _queue(world)}
    assert rows == {"ml 2 8 1l": (1, 2, "review"), "jogurt 180g": (1, 1, "review")}
    (row,) = await _queue(world, search="ML. 2,8")
    assert row.candidates[0]["name"] == "Lipa mleko 2,8% mm 1L"


async def test_sixty_four_receipts_at_once_are_all_counted(world: World) -> None:
    names = ("JOGURT 180G", "PUTER 250G", "KESA 7KG")
    orders = (names, names[::-1])
    await asyncio.gather(*(_note(world, *orders[number % 2]) for number in range(64)))
    assert [(row.receipts, row.lines) for row in await _queue(world)] == [(64, 64)] * 3


async def test_the_queue_is_narrowed_and_paged_without_a_gap(world: World) -> None:
    for number in range(5):
        await _note(world, *(f"LIPA JOGURT 180G {word}" for word in ("jagoda", "malina", "višnja")[: 1 + number % 3]))
    await _note(world, "KESA 7KG", "LIPA JOGURT 180G jagoda", seller="2")
    whole = await _queue(world)
    assert [row.receipts for row in whole] == [5, 3, 1, 1, 1]
    paged, place = [], None
    while page := await _queue(world, after=place, limit=2):
        paged += page
        place = Place(page[-1].receipts, page[-1].id)
    assert [row.id for row in paged] == [row.id for row in whole]
    assert {row.seller_tax_id for row in await _queue(world, seller_tax_id="2")} == {"2"}
    assert [row.sample for row in await _queue(world, band="reject")] == ["KESA 7KG"]
    assert len(await _queue(world, search="ВИШЊА")) == 1
    assert (
        await _queue(world, search="%") == await _queue(world, search="_") == await _queue(world, state="linked") == []
    )


async def test_a_link_holds_at_once_for_its_seller_alone_or_for_all(world: World) -> None:
    await _note(world, "JOG. 180")
    await _note(world, "JOG. 180", seller="2")
    assert await _product(world, "JOG. 180") is None
    await _link(world, "jog.  180/KOM")
    assert (await _product(world, "Јог. 180"), await _product(world, "JOG. 180", seller="2")) == (YOGHURT, None)
    assert [row.seller_tax_id for row in await _queue(world)] == ["2"]
    ((rerating,),) = await world.rows("select id from rerating where tenant_id = :tenant")
    assert [(job.kind, job.subject) for job in await world.jobs()] == [(RERATE, rerating)]
    await _link(world, "JOG. 180", "LIPA-9520101000033", seller="*")
    assert (await _product(world, "JOG. 180"), await _product(world, "JOG. 180", seller="2")) == (
        YOGHURT,
        "LIPA-9520101000033",
    )
    assert await _queue(world) == []


async def test_inf_07_a_linked_line_brings_points_when_the_next_receipt_settles(world: World) -> None:
    before = await _settle(world, BREAD)
    await _link(world, "HLEB BELI 500G/KOM")
    after = await _settle(world, BREAD)
    rows = await world.rows("select receipt_id, products, points from settlement where tenant_id = :tenant")
    products = {row.receipt_id: row.products.get("3") for row in rows}
    points = {row.receipt_id: row.points for row in rows}
    assert products == {before: None, after: "Lipa jogurt 180g"}
    assert points[after] > points[before]


async def test_a_link_twice_is_once_and_another_product_replaces_it(world: World) -> None:
    await _link(world, "JOG. 180")
    await _link(world, "JOG. 180")
    await _link(world, "JOG. 180", "LIPA-9520101000033")
    trail = await world.rows("select before, after from audit where tenant_id = :tenant order by seq")
    products = [row.after["product"] for row in trail]
    assert [(row.before.get("product"), row.after["text"]) for row in trail] == [
        (None, "jog 180"),
        (products[0], "jog 180"),
    ]
    assert await _product(world, "JOG. 180") == "LIPA-9520101000033"


async def test_sixty_four_links_of_one_text_at_once_leave_one_and_a_whole_trail(world: World) -> None:
    skus = [YOGHURT, "LIPA-9520101000033"]
    await asyncio.gather(*(_link(world, "JOG. 180", skus[number % 2]) for number in range(64)))
    assert await world.count("product_alias") == 1
    trail = await world.rows("select before, after from audit where tenant_id = :tenant order by seq")
    assert [row.before.get("product") for row in trail] == [None, *(row.after["product"] for row in trail[:-1])]
    async with world.database.transaction(world.tenant_id) as session:
        assert (await verify(session, world.tenant_id)).fault is None


async def test_what_was_decided_is_taken_back_and_the_text_waits_again(world: World) -> None:
    await _note(world, "JOG. 180")
    (row,) = await _queue(world)
    await _link(world, "JOG. 180", seller="*")
    actor = Actor(world.tenant_id, None)
    async with world.database.transaction(world.tenant_id) as session:
        assert (await unlink(session, actor, row.id, now=utc_now())).state == "waiting"
    assert (await _product(world, "JOG. 180"), await world.count("product_alias")) == (None, 0)
    async with world.database.transaction(world.tenant_id) as session:
        await ignore(session, actor, row.id, now=utc_now())
    await _note(world, "JOG. 180")
    (again,) = await _queue(world, state="ignored")
    assert (again.receipts, await _queue(world)) == (2, [])


async def test_what_cannot_be_linked_is_refused(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    await _note(world, "JOG. 180")
    (row,) = await _queue(world)
    with pytest.raises(AliasProductUnknown):
        await _link(world, "JOG. 180", "NONE")
    with pytest.raises(AliasTextEmpty):
        await _link(world, " ... ")
    with pytest.raises(UnmatchedTextNotFound):
        async with elsewhere.database.transaction(elsewhere.tenant_id) as session:
            await unmatched_text(session, elsewhere.tenant_id, row.id)
    await _link(world, "JOG. 180", seller="*")
    assert await _product(elsewhere, "JOG. 180") is None


async def test_settled_receipts_are_found_by_a_lines_text(world: World) -> None:
    receipts = [await _settle(world, BREAD) for _ in range(3)]
    await _settle(world)

    async def found(**wanted: Any) -> list[UUID]:
        asked = {"seller_tax_id": SELLER, "folded": "hleb beli 500g", "after": None, "limit": 10, **wanted}
        async with world.database.transaction(world.tenant_id) as session:
            return await receipts_with_text(session, world.tenant_id, **asked)

    assert await found() == await found(seller_tax_id=None) == receipts
    assert await found(limit=2) + await found(after=receipts[1]) == receipts
    assert await found(seller_tax_id="2") == await found(folded="hleb") == []


async def test_however_many_lines_are_matched_with_four_questions(world: World) -> None:
    await _product(world, "LIPA JOGURT 180G")  # the index is compiled
    asked: list[str] = []

    def note(_: object, __: object, statement: str, *___: object) -> None:
        asked.append(statement)

    lines = [LineFacts(str(no), f"LIPA JOG. {no}G", None) for no in range(170, 270)]
    async with world.database.transaction(world.tenant_id) as session:
        event.listen(Engine, "before_cursor_execute", note)
        try:
            found = await match_lines(session, world.tenant_id, lines, seller_tax_id=SELLER)
        finally:
            event.remove(Engine, "before_cursor_execute", note)
    assert set(found.products) == {"180"}
    assert len(asked) <= 4
