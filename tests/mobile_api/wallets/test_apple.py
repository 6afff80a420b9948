"""Apple's protocol, step by step as its guide has it: register, ask what changed, fetch it, take the pass off, complain."""

import asyncio
import logging
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest

from backend.passes.apple_devices import DEVICES_MAX, NEW_DEVICES
from tests.fixtures.passes import PASS_TYPE, Wallets, pass_of
from tests.fixtures.world import Someone


async def news(wallets: Wallets, device: str, tag: str | None = None) -> tuple[int, dict[str, Any]]:
    answer = await wallets.device().get(
        f"/devices/{device}/registrations/{PASS_TYPE}", params={"passesUpdatedSince": tag} if tag else {}
    )
    return answer.status_code, answer.json() if answer.status_code == 200 else {}


async def changed(wallets: Wallets, who: Someone, reference: str) -> None:
    await wallets.earn(who, 1, reference)
    assert await wallets.worker.run_due() == 1


async def test_inf_02_a_device_registers_once_and_asks_what_changed_since(wallets: Wallets) -> None:
    mira, petar = wallets.world.members
    serials = [str((await wallets.card(who)).serial) for who in (mira, petar)]
    assert await news(wallets, "phone") == (204, {})
    assert (await wallets.registered(mira, "phone", "aa01")).status_code == 201
    assert (await wallets.registered(mira, "phone", "aa02")).status_code == 200
    assert (await wallets.registered(petar, "phone", "aa02")).status_code == 201
    status, everything = await news(wallets, "phone")
    assert (status, sorted(everything["serialNumbers"])) == (200, sorted(serials))
    assert await news(wallets, "phone", everything["lastUpdated"]) == (204, {})
    await changed(wallets, mira, "a")
    assert wallets.apns.tokens == ["aa02"]
    status, first = await news(wallets, "phone", everything["lastUpdated"])
    assert (status, first["serialNumbers"]) == (200, serials[:1])
    await changed(wallets, petar, "b")
    status, second = await news(wallets, "phone", first["lastUpdated"])
    assert (status, second["serialNumbers"]) == (200, serials[1:])
    assert await news(wallets, "phone", second["lastUpdated"]) == (204, {})
    assert await news(wallets, "another", everything["lastUpdated"]) == (204, {})
    assert (await wallets.device().get("/devices/phone/registrations/pass.of.others")).status_code == 204


async def test_a_device_that_lost_a_pass_still_hears_of_the_other(wallets: Wallets) -> None:
    mira, petar = wallets.world.members
    for who in (mira, petar):
        await wallets.registered(who, "phone", "aa01")
    await changed(wallets, petar, "a")
    _, before = await news(wallets, "phone")
    document = await wallets.issued(petar)
    path = f"/devices/phone/registrations/{PASS_TYPE}/{document['serialNumber']}"
    for _ in range(2):
        assert (await wallets.device(document["authenticationToken"]).delete(path)).status_code == 200
    await changed(wallets, mira, "b")
    status, after = await news(wallets, "phone", before["lastUpdated"])
    assert (status, after["serialNumbers"]) == (200, [str((await wallets.card(mira)).serial)])


async def test_inf_02_a_pass_is_fetched_when_it_changed_and_not_else(wallets: Wallets) -> None:
    mira = wallets.world.mira
    document = await wallets.issued(mira)
    device, path = wallets.device(document["authenticationToken"]), f"/passes/{PASS_TYPE}/{document['serialNumber']}"
    first = await device.get(path)
    assert (first.status_code, first.headers["content-type"]) == (200, "application/vnd.apple.pkpass")
    assert pass_of(first.content) == document
    had = {"If-Modified-Since": first.headers["last-modified"]}
    assert (await device.get(path, headers=had)).status_code == 304
    seen = [first.headers["last-modified"]]
    for reference in ("a", "b"):
        await changed(wallets, mira, reference)
        fresh = await device.get(path, headers={"If-Modified-Since": seen[-1]})
        assert fresh.status_code == 200
        seen.append(fresh.headers["last-modified"])
    assert pass_of(fresh.content)["storeCard"]["headerFields"][0]["value"] == "2"
    moments = [parsedate_to_datetime(moment) for moment in seen]
    assert moments == sorted(set(moments))
    assert pass_of(fresh.content)["authenticationToken"] == document["authenticationToken"]
    for odd in ("", "yesterday", "Mon, 99 Nov 2026 99:99:99 GMT", format_datetime(datetime(1999, 1, 1, tzinfo=UTC))):
        assert (await device.get(path, headers={"If-Modified-Since": odd})).status_code == 200


async def test_no_pass_is_opened_without_its_own_token(wallets: Wallets) -> None:
    mira, petar = [await wallets.issued(who) for who in wallets.world.members]
    serial, token = mira["serialNumber"], mira["authenticationToken"]
    asked = [
        ("POST", f"/devices/phone/registrations/{PASS_TYPE}/{serial}"),
        ("DELETE", f"/devices/phone/registrations/{PASS_TYPE}/{serial}"),
        ("GET", f"/passes/{PASS_TYPE}/{serial}"),
    ]
    for method, path in asked:
        for wrong in (None, "", "0" * 64, petar["authenticationToken"], token[:-1], token + "0", "ž"):
            device = wallets.device()
            headers = {} if wrong is None else {"Authorization": f"ApplePass {wrong}".encode()}
            answer = await device.request(method, path, headers=headers, json={"pushToken": "aa01"})  # type: ignore[arg-type]
            assert (answer.status_code, answer.json()["code"]) == (401, "pass-token-invalid"), (method, wrong)
        bearer = await wallets.device().request(method, path, headers={"Authorization": f"Bearer {token}"})
        assert bearer.status_code == 401
        for other in (path.replace(PASS_TYPE, "pass.of.others"), path.replace(serial, "no-serial")):
            assert (await wallets.device(token).request(method, other)).status_code == 401
    assert await wallets.world.count("apple_registration") == 0


async def test_the_token_of_a_pass_that_was_never_given_out_registers_nothing(wallets: Wallets) -> None:
    document = await wallets.issued(wallets.world.mira)
    await wallets.world.rows("update wallet_pass set id = gen_random_uuid() where tenant_id = :tenant returning id")
    path = f"/registrations/{PASS_TYPE}/{document['serialNumber']}"
    answer = await wallets.device(document["authenticationToken"]).post(
        f"/devices/phone{path}", json={"pushToken": "aa01"}
    )
    assert answer.status_code == 401


async def test_a_body_that_names_no_push_token_is_refused(wallets: Wallets) -> None:
    document = await wallets.issued(wallets.world.mira)
    device = wallets.device(document["authenticationToken"])
    for body in (b"", b"[]", b"{}", b'{"pushToken":"x y"}', b'{"pushToken":1}', b"\xff"):
        answer = await device.post(f"/devices/phone/registrations/{PASS_TYPE}/{document['serialNumber']}", content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")


async def test_of_64_new_devices_at_once_as_many_register_as_may_and_the_newest_stay(wallets: Wallets) -> None:
    document = await wallets.issued(wallets.world.mira)
    device = wallets.device(document["authenticationToken"])
    path = f"/registrations/{PASS_TYPE}/{document['serialNumber']}"
    answers = await asyncio.gather(
        *(device.post(f"/devices/phone-{number}{path}", json={"pushToken": f"{number:04x}"}) for number in range(64))
    )
    statuses = [answer.status_code for answer in answers]
    assert (statuses.count(201), statuses.count(429)) == (NEW_DEVICES.count_max, 64 - NEW_DEVICES.count_max)
    assert {answer.headers.get("retry-after") for answer in answers if answer.status_code == 429} != {None}
    assert await wallets.world.count("apple_registration") == DEVICES_MAX
    (kept,) = await wallets.world.rows("select push_token_sealed from apple_registration limit 1")
    assert b"phone" not in kept.push_token_sealed


async def test_one_new_device_that_registers_64_times_at_once_is_new_once(wallets: Wallets) -> None:
    document = await wallets.issued(wallets.world.mira)
    device = wallets.device(document["authenticationToken"])
    path = f"/devices/phone/registrations/{PASS_TYPE}/{document['serialNumber']}"
    assert (await device.post(path, json={"pushToken": "aa01"})).status_code == 201
    answers = await asyncio.gather(*(device.post(path, json={"pushToken": "aa01"}) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert await wallets.world.count("apple_registration") == 1


async def test_devices_complaints_are_logged_and_a_flood_of_them_is_dropped(
    wallets: Wallets, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "paragon.passes"):
        for _ in range(70):
            answer = await wallets.device().post("/log", json={"logs": ["x" * 600] * 21})
            assert answer.status_code == 200
    lines = [record for record in caplog.records if record.name == "paragon.passes"]
    assert len(lines) == 60 * 20
    assert {len(record.fields["said"]) for record in lines} == {500}  # type: ignore[attr-defined]
    assert (await wallets.device().post("/log", json={"logs": 5})).status_code == 400


async def test_a_tenant_that_is_none_has_no_passes(wallets: Wallets) -> None:
    wallets.slug = "nobody"
    answer = await wallets.device().get(f"/devices/phone/registrations/{PASS_TYPE}")
    assert (answer.status_code, answer.json()["code"]) == (404, "tenant-not-found")
