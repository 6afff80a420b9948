"""A receipt that settles at the very moment of a link, or of a product, is not lost; whoever comes at once pays once."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual import rounds
from backend.accrual.jobs import AccrualServices
from backend.accrual.rerate_jobs import rerate_text
from backend.accrual.rules import RuleBook
from backend.accrual.service import settle
from backend.catalogue.matching.reratings import RERATE
from backend.catalogue.matching.review import OVERTAKEN
from backend.catalogue.version import REGROW
from backend.kit.clock import utc_now
from backend.kit.db import at_commit
from backend.kit.jobs import Job
from backend.receipts.jobs import fetch
from tests.backend.accrual.test_regrow import PEKARA, grown, states
from tests.backend.accrual.test_rerate import AT_ONCE, FIVE_EACH, link, once_more, runs, settled, slip_of
from tests.backend.accrual.test_rerate_things import GIVING, given
from tests.fixtures.world import OpenWorld, World

COUPON = GIVING[2]


async def confirmed(world: World) -> UUID:
    """A receipt that the authority has attested and nobody has settled yet."""
    receipt = await world.mira.accepted((await slip_of(world))["payload"])
    await fetch(world.receipts, await world.job_of(receipt))
    return UUID(receipt)


def services(world: World) -> AccrualServices:
    return AccrualServices(world.database, RuleBook(world.database), utc_now)


async def job(world: World, kind: str) -> Job:
    (row,) = [row for row in await world.jobs() if row.kind == kind]
    return Job(row.id, row.tenant_id, row.kind, row.subject, 1)


async def until_it_waits(world: World, work: asyncio.Task[None]) -> None:
    """Until the work waits for a lock in the database, or is done."""
    asking = "select 1 from pg_stat_activity where wait_event_type = 'Lock' and pid <> pg_backend_pid()"
    while not work.done() and not await world.rows(asking):
        pass


async def test_inf_07_a_receipt_that_settles_at_the_very_moment_of_a_link_is_not_lost(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[FIVE_EACH, COUPON])
    receipt = await confirmed(world)
    rules = await RuleBook(world.database).of(world.tenant_id)
    async with world.database.transaction(world.tenant_id) as settling:
        await settle(settling, rules, receipt, now=utc_now())  # decided without the link, and not committed
        await link(world)
        run = asyncio.create_task(rerate_text(services(world), await job(world, RERATE)))
        await until_it_waits(world, run)
        assert not run.done(), "the run waits for whoever settles"
    await run
    assert await world.mira.points() == 5
    assert (await given(world))["coupons"] == ["given"]
    assert await runs(world) == [("done", 1, 1, 0)]
    assert await states(world) == ["linked"], "it was noted after the link, by whoever did not know of it"
    await world.worker.run_due()
    assert await once_more(world, receipt) is False
    assert await world.mira.points() == 5


async def test_a_text_that_was_linked_waits_no_more_though_a_receipt_settled_without_the_link(
    open_world: OpenWorld,
) -> None:
    world = await open_world(members=1, promotions=[FIVE_EACH])
    await settled(world, world.mira)
    receipt = await confirmed(world)
    rules = await RuleBook(world.database).of(world.tenant_id)
    async with world.database.transaction(world.tenant_id) as settling:
        await settle(settling, rules, receipt, now=utc_now())
        await link(world)
        assert await states(world) == ["linked"]
    assert await states(world) == ["waiting"]
    await world.worker.run_due()
    assert (await states(world), await world.mira.points()) == (["linked"], 10)


async def test_inf_07_a_receipt_that_settles_while_the_catalogue_grows_is_not_lost(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[PEKARA])
    receipt = await confirmed(world)
    rules = await RuleBook(world.database).of(world.tenant_id)
    async with world.database.transaction(world.tenant_id) as settling:
        await settle(settling, rules, receipt, now=utc_now())
        await grown(world, "Pekara hleb", "HLEB BELI 500G")
        assert not [row for row in await world.jobs() if row.kind == REGROW], "no text waits that anybody can see"
    assert [row.subject for row in await world.jobs() if row.kind == OVERTAKEN] == [receipt]
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (7, ["matched"])
    assert await once_more(world, receipt) is False


async def test_the_catalogue_grows_after_whoever_is_about_to_commit_without_it(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[PEKARA])
    receipt = await confirmed(world)
    rules = await RuleBook(world.database).of(world.tenant_id)
    growing: list[asyncio.Task[None]] = []

    async def grow(_: AsyncSession, __: list[None]) -> None:
        growing.append(asyncio.create_task(grown(world, "Pekara hleb", "HLEB BELI 500G")))
        await until_it_waits(world, growing[0])
        assert not growing[0].done(), "whoever lets it grow waits for the commit"

    async with world.database.transaction(world.tenant_id) as settling:
        await settle(settling, rules, receipt, now=utc_now())
        at_commit(settling, grow)  # after the versions were compared, before the commit
    await growing[0]
    kinds = {row.kind for row in await world.jobs()}
    assert REGROW in kinds, "whoever let it grow saw the text"
    assert OVERTAKEN not in kinds
    await world.worker.run_due()
    assert (await world.mira.points(), await states(world)) == (7, ["matched"])


async def test_the_same_link_64_times_at_once_pays_once_in_every_form(open_world: OpenWorld) -> None:
    world = await open_world(members=1, promotions=[FIVE_EACH, COUPON])
    for _ in range(3):
        await settled(world, world.mira)

    async def linked() -> None:
        async with AT_ONCE:
            await link(world)

    await asyncio.gather(*(linked() for _ in range(64)))
    assert await world.count("rerating") == 1
    run, work = await job(world, RERATE), services(world)

    async def rated() -> None:
        async with AT_ONCE:
            await rerate_text(work, run)

    await asyncio.gather(*(rated() for _ in range(64)))
    assert await runs(world) == [("done", 3, 3, 0)]
    assert (await world.mira.points(), (await given(world))["coupons"]) == (15, ["given"] * 3)
    said = await world.rows("select 1 from message where tenant_id = :tenant and event = 'receipt-rewarded-later'")
    assert len(said) == 3


async def test_a_run_that_dies_amid_a_receipt_gives_it_everything_once(
    open_world: OpenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await open_world(members=1, promotions=[FIVE_EACH, *GIVING])
    await settled(world, world.mira)
    await settled(world, world.mira, await slip_of(world, 4))
    await link(world)
    run, work = await job(world, RERATE), services(world)
    for step in ("give", "spend_used", "write"):
        original = getattr(rounds, step)

        async def dying(*args: Any, original: Any = original, **rest: Any) -> None:
            await original(*args, **rest)
            raise KeyboardInterrupt

        monkeypatch.setattr(rounds, step, dying)
        with pytest.raises(KeyboardInterrupt):
            await rerate_text(work, run)
        monkeypatch.undo()
        assert (await given(world))["coupons"] == [], "nothing stays of what was cut"
    await asyncio.gather(rerate_text(work, run), rerate_text(work, run))
    assert await runs(world) == [("done", 2, 2, 0)]
    found = await given(world)
    assert (found["coupons"], found["entries"], found["stamps"]) == (["given"] * 2, 6, [2])
    assert await world.mira.points() == 5 + 5 + 7
