"""What follows from each way in which an authority answers, or does not."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.receipts.jobs import RETRY_UNITS, UNKNOWN_ATTEMPTS_MAX, delay_before
from receipt_parsers.errors import AuthorityUnavailable, NotYetAvailable
from tests.fixtures.slips import forged
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, World

DAY_S = 86_400


def _fails(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow", request=request)


DOWN: dict[str, tuple[Callable[[httpx.Request], httpx.Response], str, str]] = {
    "503": (
        lambda _: httpx.Response(503, headers={"Retry-After": "7200"}),
        "authority-unavailable",
        "receipt-waiting",
    ),
    "429": (lambda _: httpx.Response(429), "authority-unavailable", "receipt-waiting"),
    "timeout": (_fails, "authority-unavailable", "receipt-waiting"),
    "400": (lambda _: httpx.Response(400), "receipt-unknown-to-authority", "receipt-unconfirmed"),
    "empty": (lambda _: httpx.Response(200), "receipt-not-yet-available", "receipt-unconfirmed"),
}


async def _told(world: World) -> list[str]:
    """Which messages were written, in their order."""
    rows = await world.rows("select event from message where tenant_id = :tenant order by id")
    return [row.event for row in rows]


@pytest.mark.parametrize("how", DOWN)
async def test_a_receipt_waits_safely_and_settles_when_the_authority_is_back(world: World, how: str) -> None:
    payload = (await world.slip())["payload"]
    world.authorities.instead, reason, event = DOWN[how]
    receipt_id = await world.mira.accepted(payload)
    for attempt in range(1, UNKNOWN_ATTEMPTS_MAX):
        await world.attempt()
        receipt = await world.mira.receipt(receipt_id)
        assert (receipt["state"], receipt["waiting_for"], receipt["refusal"]) == ("pending", reason, None)
        (job,) = await world.jobs()
        assert (job.state, job.attempts, job.last_error) == ("waiting", attempt, reason)
    assert await _told(world) == [event]
    world.authorities.instead = None
    await world.attempt()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["waiting_for"]) == ("settled", None)
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_the_authoritys_own_wish_delays_the_next_attempt(world: World) -> None:
    world.authorities.answer(503, headers={"Retry-After": "7200"})
    await world.mira.accepted((await world.slip())["payload"])
    await world.worker.run_due()
    ((soon, late),) = await world.rows(
        "select run_at > now() + interval '119 minutes', run_at > now() + interval '121 minutes' "
        "from job where tenant_id = :tenant and kind = 'receipts.fetch'"
    )
    assert (soon, late) == (True, False)


async def test_an_unknown_receipt_is_believed_only_after_some_attempts(world: World) -> None:
    world.authorities.answer(400)
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    for _ in range(UNKNOWN_ATTEMPTS_MAX - 1):
        await world.attempt()
        assert (await world.mira.receipt(receipt_id))["state"] == "pending"
    await world.attempt()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["refusal"]["code"]) == ("refused", "receipt-unknown-to-authority")
    assert await world.jobs() == []
    assert await _told(world) == ["receipt-unconfirmed", "receipt-refused"]


async def test_an_unknown_right_after_an_outage_is_not_believed_at_once(world: World) -> None:
    world.authorities.answer(503)
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    for _ in range(UNKNOWN_ATTEMPTS_MAX):
        await world.attempt()
    world.authorities.answer(400)
    await world.attempt()
    assert (await world.mira.receipt(receipt_id))["state"] == "pending"
    assert await _told(world) == ["receipt-waiting", "receipt-unconfirmed"], "one for each way of waiting"
    await world.attempt()
    assert (await world.mira.receipt(receipt_id))["state"] == "refused"


async def test_a_changed_layout_loses_nothing_and_waits_for_people(world: World) -> None:
    payload = (await world.slip())["payload"]
    world.authorities.answer(200, text="We have a new portal")
    receipt_id = await world.mira.accepted(payload)
    await world.worker.run_due()
    (job,) = await world.jobs()
    assert (job.state, job.last_error) == ("dead", "authority-layout-changed")
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["waiting_for"]) == ("pending", "authority-layout-changed")
    assert await _told(world) == ["receipt-looked-into"]
    assert (await world.petar.scan(payload)).status_code == 409, "the claim stands"
    assert await world.attempt() == 0, "nobody asks again by himself"
    world.authorities.instead = None
    await world.rows("update job set state = 'waiting' where tenant_id = :tenant returning id")
    await world.worker.run_due()
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS


async def test_after_three_days_without_an_answer_people_must_look(world: World) -> None:
    world.authorities.answer(503)
    receipt_id = await world.mira.accepted((await world.slip())["payload"])
    for _ in RETRY_UNITS:
        await world.attempt()
    assert [job.state for job in await world.jobs()] == ["waiting"]
    await world.attempt()
    assert [job.state for job in await world.jobs()] == ["dead"]
    assert (await world.mira.receipt(receipt_id))["state"] == "pending"


@pytest.mark.parametrize(
    "lie",
    [{"total_minor": 500_000_00}, {"seconds_on": 86_400}, {"kind": (4, 0)}],
    ids=["total", "time", "kind"],
)
async def test_an_answer_that_contradicts_the_code_refuses_and_releases(world: World, lie: dict[str, Any]) -> None:
    payload = (await world.slip())["payload"]
    truth = await world.answer_to(payload)
    world.authorities.answer(200, content=truth, headers={"Content-Type": "application/json"})
    receipt_id = await world.petar.accepted(forged(payload, **lie))
    await world.worker.run_due()
    receipt = await world.petar.receipt(receipt_id)
    assert (receipt["state"], receipt["refusal"]["code"]) == ("refused", "receipt-mismatch")
    assert receipt["lines"] == []
    world.authorities.instead = None
    await world.mira.accepted(payload)
    await world.worker.run_due()
    assert (await world.mira.points(), await world.petar.points()) == (YOGHURT_AND_MILK_POINTS, 0)


@pytest.mark.parametrize("field", ["totalAmount", "sdcTime", "invoiceNumber"])
async def test_an_authority_that_answers_for_another_receipt_confirms_nothing(world: World, field: str) -> None:
    payload = (await world.slip())["payload"]
    mine = json.loads(await world.answer_to(payload))
    other = json.loads(await world.answer_to((await world.issue(total_minor=12_345))["payload"]))
    assert mine["invoiceResult"][field] != other["invoiceResult"][field]
    world.authorities.answer(200, json=other)
    receipt_id = await world.mira.accepted(payload)
    await world.worker.run_due()
    receipt = await world.mira.receipt(receipt_id)
    assert (receipt["state"], receipt["refusal"]["code"]) == ("refused", "receipt-mismatch"), field


@given(attempts=st.integers(1, len(RETRY_UNITS)), unit_s=st.integers(1, 3600))
def test_the_schedule_is_kept_with_at_most_a_fifth_more(attempts: int, unit_s: int) -> None:
    scheduled = timedelta(seconds=RETRY_UNITS[attempts - 1] * unit_s)
    delay = delay_before(attempts, NotYetAvailable("later"), unit_s=unit_s)
    assert scheduled <= delay < scheduled * 1.2


@given(attempts=st.integers(1, len(RETRY_UNITS)), asked_s=st.integers(0, 999_999_999))
def test_the_authoritys_wish_is_heard_within_reason(attempts: int, asked_s: int) -> None:
    delay = delay_before(attempts, AuthorityUnavailable("busy", retry_after_s=asked_s), unit_s=60)
    own = RETRY_UNITS[attempts - 1] * 60
    assert timedelta(seconds=max(own, min(asked_s, DAY_S))) <= delay <= timedelta(seconds=max(own * 1.2, DAY_S))


def test_the_schedule_outlasts_the_72_hours_of_a_till() -> None:
    assert sum(RETRY_UNITS) * 60 > 72 * 3600
