"""`paragon jobs` and `paragon receipts`: what was given up is seen, and begins anew when its cause is mended."""

import asyncio
from uuid import UUID, uuid4

import pytest

from backend.cli.operating import in_portions
from backend.kit.ids import new_id
from tests.cli.conftest import Paragon, Ran
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, OpenWorld, World


async def _park(world: World, count: int = 1) -> list[str]:
    """So many receipts whose authority has changed its portal."""
    slips = [await world.slip() for _ in range(count)]
    world.authorities.answer(200, text="We have a new portal")
    receipts = [await world.mira.accepted(slip["payload"]) for slip in slips]
    await world.worker.run_due()
    world.authorities.instead = None
    assert [job.state for job in await world.jobs()] == ["dead"] * count
    return receipts


@pytest.fixture
async def parked(open_world: OpenWorld) -> tuple[World, World]:
    """Two tenants, with two receipts and one that nobody asks about any more."""
    world, elsewhere = await open_world(), await open_world()
    await _park(world, 2)
    await _park(elsewhere)
    return world, elsewhere


async def _settled(world: World) -> int:
    await world.worker.run_due()
    return await world.mira.points() // YOGHURT_AND_MILK_POINTS


def test_dead_jobs_are_listed_with_their_reason(installed: Paragon, parked: tuple[World, World]) -> None:
    listed = installed("jobs", "list", "--dead", "--json").value
    assert [job["last_error"] for job in listed] == ["authority-layout-changed"] * 3
    assert {job["kind"] for job in listed} == {"receipts.fetch"}
    assert [job["tenant"] for job in listed] == [str(parked[0].tenant_id)] * 2 + [str(parked[1].tenant_id)]
    (line, *_) = installed("jobs", "list").out.splitlines()
    assert line.startswith(f"{listed[0]['id']}  receipts.fetch  dead, attempts 1, authority-layout-changed, due 20")
    assert len(installed("jobs", "list", "--limit", "1", "--json").value) == 1


@pytest.mark.usefixtures("parked")
def test_one_job_or_all_of_a_kind_begin_anew(installed: Paragon, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.cli.jobs.PORTION", 1)
    first = installed("jobs", "list", "--dead", "--json").value[0]["id"]
    assert installed("jobs", "retry", first, "--json").value == {"retried": 1}
    assert len(installed("jobs", "list", "--dead", "--json").value) == 2
    assert len(installed("jobs", "list", "--json").value) == 3
    assert installed("jobs", "retry", "--all-dead", "--kind", "accrual.settle", "--json").value == {"retried": 0}
    assert installed("jobs", "retry", "--all-dead", "--kind", "receipts.fetch", "--json").value == {"retried": 2}
    assert installed("jobs", "list", "--dead").out == "There is none.\n"


@pytest.mark.parametrize("words", [(), (str(uuid4()), "--all-dead"), (str(uuid4()), "--kind", "x"), ("x",)])
def test_a_retry_of_nothing_in_particular_is_refused(installed: Paragon, words: tuple[str, ...]) -> None:
    assert installed("jobs", "retry", *words).status == 2


@pytest.mark.usefixtures("parked")
def test_a_job_that_is_not_dead_is_not_touched(installed: Paragon) -> None:
    ran = installed("jobs", "retry", str(uuid4()))
    assert (ran.status, "(job-not-dead)" in ran.err) == (1, True)
    assert len(installed("jobs", "list", "--dead", "--json").value) == 3


async def test_parked_receipts_settle_after_the_reader_is_mended(
    open_world: OpenWorld, installed: Paragon, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.cli.stored_receipts.PORTION", 2)
    world, elsewhere = await open_world(), await open_world()
    await _park(world, 3)
    await _park(elsewhere)

    async def retry(*options: str) -> Ran:
        return await asyncio.to_thread(installed, "receipts", "retry", *options)

    wanted = ("--tenant", world.tenant_id.hex, "--json", "--waiting-for")
    assert (await retry(*wanted, "authority-unavailable")).value == {"retried": 0}
    assert (await retry(*wanted, "authority-layout-changed")).value == {"retried": 3}
    (job, *_) = await world.jobs()
    assert (job.state, job.attempts, job.last_error) == ("waiting", 0, None)
    assert (await _settled(world), await _settled(elsewhere)) == (3, 0)
    assert (await retry()).out == "Receipts taken up again: 1.\n"
    assert await _settled(elsewhere) == 1
    nobody = await retry("--tenant", "nobody")
    assert (nobody.status, "no such tenant" in nobody.err) == (2, True)


async def test_no_job_is_taken_twice_in_one_go_though_it_fails_again_at_once() -> None:
    jobs = sorted(new_id() for _ in range(5))

    async def portion(after: UUID | None) -> list[UUID]:
        return [job for job in jobs if after is None or job > after][:2]

    assert await in_portions(portion, "jobs") == len(jobs)
