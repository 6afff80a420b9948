"""When the catalogue grows, texts that waited are matched anew, and past receipts of those found get what is due."""

import asyncio
from typing import Any
from uuid import UUID

from backend.accrual.jobs import AccrualServices
from backend.accrual.regrow import match_waiting
from backend.accrual.rules import RuleBook
from backend.catalogue.matching.linking import ignore
from backend.catalogue.service import add_product
from backend.catalogue.version import REGROW, growth
from backend.kit.clock import utc_now
from backend.kit.jobs import Job
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.campaigns import actor
from tests.fixtures.world import OpenWorld, World

PEKARA: dict[str, Any] = {
    "id": "pekara",
    "audience": "members",
    "items": {"brands": ["Pekara"]},
    "benefit": {"type": "points", "points": "7"},
    "grant": {"as": "points"},
}
BREAD = {"name": "Hleb beli 500g", "quantity": 1, "unit_price": "100.00"}


async def settled(world: World, item: dict[str, Any] = BREAD) -> UUID:
    slip = await world.issue(shop=SHOPS[0].premises_id, items=[item])
    receipt = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    return UUID(receipt)


async def grown(world: World, name: str = "Pekara hleb beli 500g", *names: str, gtins: tuple[str, ...] = ()) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        await add_product(
            session,
            tenant_id=world.tenant_id,
            sku=name,
            name=name,
            brand="Pekara",
            groups=[],
            gtins=list(gtins),
            slip_names=list(names),
            now=utc_now(),
        )


async def states(world: World) -> list[str]:
    return [
        row.state for row in await world.rows("select state from unmatched_text where tenant_id = :tenant order by id")
    ]


async def test_inf_07_a_product_that_comes_later_pays_the_receipts_that_waited_for_it(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(promotions=[PEKARA]), await open_world(promotions=[PEKARA])
    receipts = [await settled(world) for _ in range(3)]
    await settled(elsewhere)
    await grown(world, "Pekara nesto drugo 1kg")
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (0, ["waiting"])
    await grown(world, "Pekara hleb", "HLEB BELI 500G")
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (21, ["matched"])
    ((line,),) = [[each["product"] for each in (await world.mira.receipt(str(receipts[0])))["lines"]]]
    assert line == "Pekara hleb"
    (run,) = await world.rows("select * from rerating where tenant_id = :tenant")
    assert (run.cause, run.state, run.looked_at, run.given_more) == ("grown", "done", 3, 3)
    await grown(world, "Pekara trece 1kg")
    await world.worker.run_due()
    assert (await world.mira.points(), await world.count("rerating")) == (21, 1)
    assert await elsewhere.mira.points() == 0


async def test_a_barcode_that_comes_later_finds_lines_whose_text_says_nothing(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[PEKARA, {**PEKARA, "id": "asks", "items": {"gtins": ["96385074"]}}])
    await settled(world, {"gtin": "9520202000017", "quantity": 1})
    assert await states(world) == ["waiting"]
    await grown(world, "Nesto sasvim drugo", gtins=("9520202000017",))
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (7, ["matched"])


async def test_what_was_put_aside_stays_aside(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[PEKARA])
    await settled(world)
    ((text_id,),) = await world.rows("select id from unmatched_text where tenant_id = :tenant")
    async with world.database.transaction(world.tenant_id) as session:
        await ignore(session, actor(world), text_id, now=utc_now())
    await grown(world, "Pekara hleb", "HLEB BELI 500G")
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (0, ["ignored"])


async def test_many_changes_are_one_pass_and_the_pass_may_run_twice_at_once(open_world: OpenWorld) -> None:
    world = await open_world(promotions=[PEKARA])
    await settled(world)
    for number in range(5):
        await grown(world, f"Pekara broj {number}kg")
    await grown(world, "Pekara hleb", "HLEB BELI 500G")
    ((version,),) = await world.rows("select version from catalogue_version where tenant_id = :tenant")
    services = AccrualServices(world.database, RuleBook(world.database), utc_now)

    def job(number: int) -> Job:
        subject = growth(world.tenant_id, number)
        return Job(subject, world.tenant_id, REGROW, subject, 1)

    for older in range(version):
        await match_waiting(services, job(older))
    assert (await world.count("rerating"), await states(world)) == (0, ["waiting"])
    await asyncio.gather(*(match_waiting(services, job(version)) for _ in range(4)))
    assert (await world.count("rerating"), await states(world)) == (1, ["matched"])
    await world.worker.run_due()
    assert await world.mira.points() == 7
