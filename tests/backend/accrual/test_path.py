"""Submit, ask, verify, settle, deliver: each step may run twice, and may be cut short."""

from uuid import UUID

import pytest

from backend.accrual.rules import RuleBook
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
    rules = await RuleBook(world.database).of(world.tenant_id)
    async with world.database.transaction(world.tenant_id) as session:
        receipt = await receipt_of_member(session, world.tenant_id, world.mira.id, receipt_id)
        kept = await stored_answer(session, receipt)
        assert kept is not None
        await verify(session, world.tenant_id, receipt_id, kept_receipt(kept), now=utc_now())
        await settle(session, rules, receipt_id, now=utc_now())
    assert await world.trace() == before
    assert await world.jobs() == []


async def test_a_campaign_that_did_not_run_when_the_receipt_was_issued_gives_nothing(world: World) -> None:
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    await world.rows(
        "insert into campaign_turn (tenant_id, campaign_id, number, turned, since_at, created_at) "
        "select tenant_id, campaign_id, 2, 'ended', since_at, now() from campaign_turn where tenant_id = :tenant "
        "returning number"
    )
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["points"]) == ("settled", "0")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("backend.receipts.jobs", "keep_answer"),
        ("backend.receipts.service", "enqueue"),
        ("backend.ledger.service", "earn"),
        ("backend.accrual.service", "tell"),
        ("backend.delivery.service", "record"),
    ],
)
async def test_a_step_cut_short_leaves_nothing_half_done(
    world: World, monkeypatch: pytest.MonkeyPatch, module: str, name: str
) -> None:
    receipt_id = await world.mira.accepted((await world.slip())["payload"])

    async def die(*_: object, **__: object) -> None:
        raise RuntimeError("the machine went away")

    with monkeypatch.context() as accident:
        accident.setattr(f"{module}.{name}", die)
        await world.worker.run_due()
        receipt = await world.mira.receipt(receipt_id)
        assert (receipt["points"], await world.mira.points()) in (
            (None, 0),
            (str(YOGHURT_AND_MILK_POINTS), YOGHURT_AND_MILK_POINTS),
        ), "points and settlement come together"
        assert len(await world.jobs()) == 1
    await world.attempt()
    assert (await world.mira.receipt(receipt_id))["state"] == "settled"
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS
    assert (await world.count("ledger_transfer"), await world.count("delivery")) == (1, 1)
    assert await world.jobs() == []
