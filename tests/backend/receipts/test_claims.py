"""Who has a receipt: the first that its authority confirms, and nobody is hindered by a forger."""

import asyncio
from collections import Counter

import asyncpg
import pytest

from backend.kit.clock import utc_now
from backend.kit.hot import HotConnection
from backend.kit.ids import new_id
from backend.receipts.claims import Submission, claim
from tests.fixtures.slips import forged, qr_png, spellings
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, OpenWorld, World


async def test_inf_18_the_same_slip_again_is_the_same_submission_in_every_spelling(world: World) -> None:
    payload = (await world.slip())["payload"]
    first = await world.mira.scan(payload)
    for spelled in spellings(payload):
        again = await world.mira.scan(spelled)
        assert (again.status_code, again.content) == (202, first.content), spelled
    photo = await world.mira.api.post("/receipts", files={"photo": ("slip.png", qr_png(payload), "image/png")})
    assert photo.content == first.content
    assert await world.count("receipt") == 1


async def test_inf_18_a_settled_slip_again_is_the_same_receipt(world: World) -> None:
    payload = (await world.slip())["payload"]
    receipt_id = await world.mira.accepted(payload)
    await world.worker.run_due()
    for again in (payload, forged(payload)):
        answer = (await world.mira.scan(again)).json()
        assert (answer["id"], answer["state"]) == (receipt_id, "settled")
    assert await world.worker.run_due() == 0
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_inf_18_another_member_is_refused_before_and_after_confirmation(world: World) -> None:
    payload = (await world.slip())["payload"]
    await world.mira.accepted(payload)
    for spelled in spellings(payload):
        early = await world.petar.scan(spelled)
        assert (early.status_code, early.json()["code"]) == (409, "receipt-already-claimed"), spelled
    await world.worker.run_due()
    for late in (payload, forged(payload)):
        answer = await world.petar.scan(late)
        assert (answer.status_code, answer.json()["code"]) == (409, "receipt-already-claimed")
    assert (await world.mira.points(), await world.petar.points()) == (YOGHURT_AND_MILK_POINTS, 0)


async def test_inf_18_other_bytes_for_the_number_contend_and_the_authority_decides(open_world: OpenWorld) -> None:
    world = await open_world(members=3)
    payload = (await world.slip())["payload"]
    _, _, late_forger = world.members
    of_petar = await world.petar.accepted(forged(payload))
    of_mira = await world.mira.accepted(payload)
    of_late = await late_forger.accepted(forged(payload, total_minor=99_999_00))
    await world.worker.run_due()
    assert (await world.mira.receipt(of_mira))["state"] == "settled"
    for forger, receipt_id in ((world.petar, of_petar), (late_forger, of_late)):
        receipt = await forger.receipt(receipt_id)
        assert (receipt["state"], receipt["refusal"]["code"]) == ("refused", "receipt-already-claimed")
        assert receipt["lines"] == []
        assert await forger.points() == 0
    told = await world.rows("select member_id from message where tenant_id = :tenant and event = 'receipt-refused'")
    assert {row.member_id for row in told} == {world.petar.id, late_forger.id}
    assert await world.attempt() == 2, "the forgers' own jobs come again"
    assert await world.jobs() == [], "and find nothing left to ask"


async def test_an_answer_that_is_kept_confirms_no_forged_payload(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    payload = (await world.slip())["payload"]
    await world.mira.accepted(payload)
    await world.worker.run_due()
    receipt_id = await elsewhere.mira.accepted(forged(payload))
    await world.worker.run_due()
    receipt = await elsewhere.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["waiting_for"]) == ("pending", "receipt-unknown-to-authority")
    assert await elsewhere.petar.accepted(payload)
    await world.worker.run_due()
    assert await elsewhere.petar.points() == YOGHURT_AND_MILK_POINTS


async def test_a_receipt_that_the_authority_does_not_know_is_released(world: World) -> None:
    payload = (await world.slip())["payload"]
    world.authorities.answer(400)
    receipt_id = await world.mira.accepted(payload)
    for _ in range(4):
        assert (await world.petar.scan(payload)).status_code == 409
        await world.attempt()
    refusal = (await world.mira.receipt(receipt_id))["refusal"]
    assert refusal["code"] == "receipt-unknown-to-authority"
    world.authorities.instead = None
    await world.petar.accepted(payload)
    await world.worker.run_due()
    assert await world.petar.points() == YOGHURT_AND_MILK_POINTS


async def test_a_member_may_submit_again_what_was_refused(world: World) -> None:
    payload = (await world.slip())["payload"]
    world.authorities.answer(400)
    refused = await world.mira.accepted(payload)
    for _ in range(4):
        await world.attempt()
    world.authorities.instead = None
    again = await world.mira.accepted(payload)
    assert again != refused
    await world.worker.run_due()
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_waiting_receipts_are_capped_and_a_settled_one_makes_room(world: World) -> None:
    payload = (await world.slip())["payload"]
    most = world.settings.pending_receipts_max
    for number in range(1, most):
        await world.mira.accepted(forged(payload, numbers_on=number))
    await world.mira.accepted(payload)
    full = await world.mira.scan(forged(payload, numbers_on=most))
    assert (full.status_code, full.json()["code"]) == (429, "too-many-receipts")
    assert int(full.headers["Retry-After"]) > 0
    assert (await world.mira.scan(payload)).status_code == 202, "a standing one is no new one"
    assert (await world.petar.scan(forged(payload, numbers_on=most))).status_code == 202
    await world.worker.run_due()
    await world.mira.accepted(forged(payload, numbers_on=most + 1))


async def test_inf_18_of_64_members_at_once_exactly_one_is_paid(open_world: OpenWorld) -> None:
    world = await open_world(members=64)
    payload = (await world.slip())["payload"]
    answers = await asyncio.gather(*(member.scan(payload) for member in world.members))
    assert Counter(answer.status_code for answer in answers) == {202: 1, 409: 63}
    await world.worker.run_due()
    points = [await member.points() for member in world.members]
    assert Counter(points) == {0: 63, YOGHURT_AND_MILK_POINTS: 1}
    assert await world.count("ledger_transfer") == 1
    winner = next(place for place, answer in enumerate(answers) if answer.status_code == 202)
    assert points[winner] == YOGHURT_AND_MILK_POINTS


async def test_inf_18_64_scans_at_once_by_one_member_are_one_receipt(world: World) -> None:
    payload = (await world.slip())["payload"]
    answers = await asyncio.gather(*(world.mira.scan(payload) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    assert await world.count("receipt") == 1
    await world.worker.run_due()
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_inf_18_a_hundred_forged_neighbours_hinder_no_owner(open_world: OpenWorld) -> None:
    world = await open_world(members=15)
    forgers, owners = world.members[:5], world.members[5:]
    payload = (await world.slip())["payload"]
    for number in range(100):
        await forgers[number % 5].accepted(forged(payload, numbers_on=number + 1))
    await world.worker.run_due()
    for owner in owners:
        await owner.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    assert {await owner.points() for owner in owners} == {YOGHURT_AND_MILK_POINTS}
    assert {await forger.points() for forger in forgers} == {0}
    states = await world.rows("select state, count(*) from receipt where tenant_id = :tenant group by state")
    assert dict(map(tuple, states)) == {"settled": 10, "refused": 10, "pending": 90}


async def test_another_tenant_claims_the_same_slip_and_the_authority_is_asked_once(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    payload = (await world.slip())["payload"]
    await world.mira.accepted(payload)
    await world.worker.run_due()
    asked = len(world.authorities.asked)
    await elsewhere.mira.accepted(payload)
    await world.worker.run_due()
    assert (await world.mira.points(), await elsewhere.mira.points()) == (YOGHURT_AND_MILK_POINTS,) * 2
    assert len(world.authorities.asked) == asked


async def test_two_tenants_at_once_ask_the_authority_once(open_world: OpenWorld) -> None:
    world, elsewhere = await open_world(), await open_world()
    payload = (await world.slip())["payload"]
    await world.mira.accepted(payload)
    await elsewhere.mira.accepted(payload)
    await world.worker.run_due()
    assert (await world.mira.points(), await elsewhere.mira.points()) == (YOGHURT_AND_MILK_POINTS,) * 2
    as_json = [request for request in world.authorities.asked if request.headers["accept"] == "application/json"]
    assert [request.method for request in as_json] == ["GET", "POST"]


async def test_a_richer_answer_is_fetched_when_only_a_leaner_one_is_kept(open_world: OpenWorld) -> None:
    lean = await open_world(promotions=[])
    rich = await open_world()
    payload = (await lean.slip())["payload"]
    await lean.mira.accepted(payload)
    await lean.worker.run_due()
    await rich.mira.accepted(payload)
    await rich.worker.run_due()
    assert await rich.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_a_batch_with_two_of_one_member_is_refused_whole(world: World) -> None:
    submissions = []
    for _ in range(2):
        code = world.code((await world.slip())["payload"])
        submissions.append(
            Submission(
                tenant_id=world.tenant_id,
                member_id=world.mira.id,
                receipt_id=new_id(),
                code=code,
                sure={},
                with_gtins=False,
                version=1,
                pending_max=20,
                command=None,
                answer=b"",
            )
        )
    connection = HotConnection(world.url, announce=lambda _: None)
    try:
        with pytest.raises(asyncpg.RaiseError):
            await claim(connection, submissions, now=utc_now())
        assert await world.count("receipt") == 0
        first, second = (
            await claim(connection, submissions[:1], now=utc_now()),
            await claim(connection, submissions[1:], now=utc_now()),
        )
    finally:
        await connection.close()
    assert {verdict.outcome for verdict in (*first, *second)} == {"stale"}
