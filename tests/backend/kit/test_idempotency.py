"""One key, one effect, one answer."""

import asyncio
import json

import pytest

from tests.fixtures.slips import forged, qr_png
from tests.fixtures.world import World

KEY = "Idempotency-Key"


async def test_the_same_request_again_gets_the_stored_bytes(world: World) -> None:
    payload = (await world.slip())["payload"]
    first = await world.mira.scan(payload, **{KEY: "k1"})
    assert (first.status_code, "Idempotency-Hit" in first.headers) == (202, False)
    await world.worker.run_due()
    again = await world.mira.scan(payload, **{KEY: "k1"})
    assert (again.status_code, again.content, again.headers["Idempotency-Hit"]) == (202, first.content, "true")
    assert again.headers["Content-Type"] == first.headers["Content-Type"]
    assert json.loads(again.content)["state"] == "pending", "the answer of that time"


async def test_a_photo_has_its_key_too(world: World) -> None:
    photo = {"photo": ("slip.png", qr_png((await world.slip())["payload"]), "image/png")}
    first = await world.mira.api.post("/receipts", files=photo, headers={KEY: "k1"})
    again = await world.mira.api.post("/receipts", files=photo, headers={KEY: "k1"})
    assert (again.content, again.headers["Idempotency-Hit"]) == (first.content, "true")


async def test_a_key_for_another_request_is_refused(world: World) -> None:
    payload = (await world.slip())["payload"]
    await world.mira.scan(payload, **{KEY: "k1"})
    other = await world.mira.scan(forged(payload, numbers_on=1), **{KEY: "k1"})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
    assert await world.count("receipt") == 1


async def test_keys_of_two_members_have_nothing_in_common(world: World) -> None:
    payload = (await world.slip())["payload"]
    await world.mira.scan(payload, **{KEY: "k1"})
    other = await world.petar.scan(forged(payload, numbers_on=1), **{KEY: "k1"})
    assert other.status_code == 202


async def test_64_at_once_under_one_key_have_one_effect(world: World) -> None:
    payload = (await world.slip())["payload"]
    answers = await asyncio.gather(*(world.mira.scan(payload, **{KEY: "k1"}) for _ in range(64)))
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, answers[0].content)}
    assert sum("Idempotency-Hit" in answer.headers for answer in answers) == 63
    assert (await world.count("receipt"), await world.count("idempotency")) == (1, 1)


async def test_a_refused_command_leaves_its_key_free(world: World) -> None:
    payload = (await world.slip())["payload"]
    await world.petar.accepted(payload)
    refused = await world.mira.scan(payload, **{KEY: "k1"})
    assert refused.status_code == 409
    assert await world.count("idempotency") == 0
    assert (await world.mira.scan((await world.slip())["payload"], **{KEY: "k1"})).status_code == 202


@pytest.mark.parametrize("key", ["", "x" * 129])
async def test_a_key_that_cannot_be_kept_is_refused(world: World, key: str) -> None:
    answer = await world.mira.scan((await world.slip())["payload"], **{KEY: key})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
    assert await world.count("receipt") == 0
