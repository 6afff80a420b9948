"""Which documents are taken, and what they may bring."""

import pytest

from tests.fixtures.slips import damaged
from tests.fixtures.world import World

SANDBOX = "https://sandbox.suf.purs.gov.rs"


async def _nothing_is_left(world: World) -> None:
    assert await world.count("receipt") == 0
    assert await world.count("idempotency") == 0
    assert await world.jobs() == []


@pytest.mark.parametrize("kind", ["copy", "copy_refund", "training", "training_refund", "proforma", "proforma_refund"])
async def test_inf_15_a_document_that_attests_no_purchase_is_refused_at_once(world: World, kind: str) -> None:
    answer = await world.mira.scan((await world.issue(kind=kind))["payload"], **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "receipt-kind-refused")
    await _nothing_is_left(world)


async def test_inf_15_a_receipt_of_the_test_environment_is_refused_at_once(world: World) -> None:
    payload = (await world.slip())["payload"].replace("http://playground.test", SANDBOX)
    answer = await world.mira.scan(payload, **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "test-environment")
    await _nothing_is_left(world)


async def test_inf_15_a_misread_code_burns_nothing(world: World) -> None:
    payload = (await world.slip())["payload"]
    answer = await world.mira.scan(damaged(payload), **{"Idempotency-Key": "k"})
    assert (answer.status_code, answer.json()["code"]) == (422, "checksum-mismatch")
    await _nothing_is_left(world)
    assert (await world.petar.scan(payload, **{"Idempotency-Key": "k"})).status_code == 202


@pytest.mark.parametrize(
    ("kind", "event"),
    [("refund", "refund-settled"), ("advance", "advance-settled"), ("advance_refund", "refund-settled")],
)
async def test_a_refund_or_an_advance_is_confirmed_and_brings_nothing(world: World, kind: str, event: str) -> None:
    slip = await world.issue(kind=kind, total_minor=5_000_00)
    answer = (await world.mira.scan(slip["payload"])).json()
    assert (answer["facts"]["kind"], answer["facts"]["earns"]) == (kind, False)
    assert answer["sure"] == {"points": "0", "applied": [], "undecided": []}
    await world.worker.run_due()
    receipt = await world.mira.receipt(answer["id"])
    assert (receipt["state"], receipt["points"], receipt["awards"]) == ("settled", "0", [])
    assert receipt["lines"]
    assert await world.count("ledger_transfer") == 0
    events = await world.rows("select event from message where tenant_id = :tenant")
    assert [row.event for row in events] == [event]
