"""The playground's faults through the real reader and worker: what waits, what is refused, and that nothing is lost."""

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.fixtures.loopback import PLAYGROUND
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World


async def stage(world: World, **faults: bool | int) -> None:
    async with httpx.AsyncClient(transport=world.authorities.playground, base_url=PLAYGROUND) as client:
        answer = await client.put("/playground/state", json=faults)
        assert answer.status_code == 200, answer.text


@dataclass(frozen=True)
class Fault:
    """What is staged, how it is ended, what the receipt waits for and what becomes of its job meanwhile."""

    staged: dict[str, Any]
    ended: dict[str, Any]
    waiting_for: str
    job: str = "waiting"


FAULTS = {
    "down": Fault({"down": True}, {"down": False}, "authority-unavailable"),
    "503": Fault({"unavailable": True}, {"unavailable": False}, "authority-unavailable"),
    "400": Fault({"bad_request": True}, {"bad_request": False}, "receipt-unknown-to-authority"),
    "items later": Fault({"items_later": 99}, {"items_later": 0}, "receipt-not-yet-available"),
    "layout": Fault({"changed_layout": True}, {"changed_layout": False}, "authority-layout-changed", "dead"),
}


@pytest.mark.parametrize("name", FAULTS)
async def test_a_fault_makes_a_receipt_wait_and_it_settles_when_the_fault_is_over(world: World, name: str) -> None:
    fault = FAULTS[name]
    slip = await world.slip()
    await stage(world, **fault.staged)
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["waiting_for"]) == ("pending", fault.waiting_for)
    assert receipt["facts"]["total"] == slip["total"]
    (job,) = await world.jobs()
    assert (job.state, job.last_error) == (fault.job, fault.waiting_for)
    await stage(world, **fault.ended)
    await world.rows("update job set state = 'waiting' where tenant_id = :tenant returning id")
    await world.attempt()
    assert (await world.mira.receipt(receipt_id))["state"] == "settled"
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_a_503_with_retry_after_is_not_asked_again_before(world: World) -> None:
    await stage(world, unavailable=True, retry_after_s=7200)
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    ((kept,),) = await world.rows(
        "select run_at > now() + interval '119 minutes' from job where tenant_id = :tenant and kind = 'receipts.fetch'"
    )
    assert kept


async def test_items_come_after_as_many_answers_as_were_staged(world: World) -> None:
    await stage(world, items_later=2)
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    states = []
    for _ in range(3):
        await world.attempt()
        states.append((await world.mira.receipt(receipt_id))["state"])
    assert states == ["pending", "pending", "settled"]


async def test_wrong_numbers_refuse_a_receipt_and_release_it_for_the_right_ones(world: World) -> None:
    slip = await world.slip()
    await stage(world, wrong_numbers=True)
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["refusal"]["code"]) == ("refused", "receipt-mismatch")
    assert await world.count("ledger_transfer") == 0
    await stage(world, wrong_numbers=False)
    again = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    assert (again != receipt_id, await world.mira.points()) == (True, YOGHURT_AND_MILK_POINTS)


async def test_a_slow_authority_delays_the_receipt_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await stage(world, slow_ms=120_000)
    monkeypatch.setattr("receipt_parsers.fetch.TIME_LIMIT_S", 0.05)
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt_id))["waiting_for"] == "authority-unavailable"
    monkeypatch.undo()
    await stage(world, slow_ms=10)
    await world.attempt()
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_faults_touch_the_authoritys_side_alone(world: World) -> None:
    await stage(world, down=True, unavailable=True, bad_request=True, changed_layout=True, wrong_numbers=True)
    assert (await world.slip())["total"] == "384.95"
