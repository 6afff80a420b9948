"""Submit, ask, verify, settle, deliver: each step may run twice, and may be cut short."""

from uuid import UUID

import pytest

from backend.accrual.service import settle
from backend.kit.clock import utc_now
from backend.receipts.queries import receipt_of_member, stored_answer
from backend.receipts.service import kept_receipt, verify
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World


async def test_inf_19_a_scanned_slip_becomes_points_and_a_message(world: World) -> None:
    slip = await world.slip()
    receipt_id = await world.mira.accepted(slip["payload"])
    assert await world.worker.run_due() == 3
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["points"]) == ("settled", str(YOGHURT_AND_MILK_POINTS))
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS
    assert await world.jobs() == []
    (delivery,) = await world.rows("select * from delivery where tenant_id = :tenant")
    assert delivery.state == "accepted"
    assert str(YOGHURT_AND_MILK_POINTS) in delivery.title + delivery.body


@pytest.mark.parametrize("kind", ["receipts.fetch", "accrual.settle", "delivery.deliver"])
async def test_a_job_that_runs_again_changes_nothing(world: World, kind: str) -> None:
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    before, asked = await world.trace(), len(world.authorities.asked)
    subject = receipt_id
    if kind == "delivery.deliver":
        ((subject,),) = await world.rows("select id from message where tenant_id = :tenant")
    await world.again(kind, subject)
    assert await world.worker.run_due() == 1
    assert await world.trace() == before
    assert len(world.authorities.asked) == asked


async def test_verifying_and_settling_twice_change_nothing(world: World) -> None:
    receipt_id = UUID(await world.mira.accepted((await world.slip())["payload"]))
    await world.worker.run_due()
    before = await world.trace()
    async with world.database.transaction(world.tenant_id) as session:
        receipt = await receipt_of_member(session, world.tenant_id, world.mira.id, receipt_id)
        kept = await stored_answer(session, receipt)
        assert kept is not None
        await verify(session, world.tenant_id, receipt_id, kept_receipt(kept), now=utc_now())
        await settle(session, world.tenant_id, receipt_id, now=utc_now())
    assert await world.trace() == before
    assert await world.jobs() == []
