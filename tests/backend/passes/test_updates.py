"""When points come or go, phones hear of it: devices by a push over HTTP/2, Google by a change of its copy; none is lost."""

import asyncio
import dataclasses
from datetime import timedelta
from typing import Any

import jwt
import pytest

from backend.kit.jobs import GiveUp, Job, Retry
from backend.passes.google_account import LINK_LENGTH_MAX, SAVE, GoogleAccount, save_link
from backend.passes.jobs import ATTEMPTS_MAX, update_passes
from backend.passes.service import UPDATE
from tests.backend.passes.test_rotating import NOW
from tests.fixtures.passes import CARD, ISSUER, PASS_TYPE, Wallets


async def due(wallets: Wallets) -> list[Any]:
    return [job for job in await wallets.world.jobs() if job.kind == UPDATE]


async def job_of(wallets: Wallets, attempts: int = 1) -> Job:
    (row,) = await due(wallets)
    return Job(row.id, row.tenant_id, row.kind, row.subject, attempts)


async def test_inf_02_inf_03_a_changed_balance_is_pushed_to_every_device_of_the_member_and_to_google(
    wallets: Wallets,
) -> None:
    mira, petar = wallets.world.members
    card = await wallets.card(mira)
    for who, device, token in ((mira, "phone", "aa01"), (mira, "watch", "aa02"), (petar, "other", "bb01")):
        assert (await wallets.registered(who, device, token)).status_code == 201
    assert (await wallets.api(mira).get(f"/cards/{card.number}/google")).status_code == 200
    await wallets.earn(mira, 50, "first")
    assert await wallets.worker.run_due() == 1
    assert sorted(wallets.apns.tokens) == ["aa01", "aa02"]
    for push in wallets.apns.pushes:
        assert (push.headers[":method"], push.headers["apns-topic"], push.body) == ("POST", PASS_TYPE, b"{}")
        assert push.subject["userId"] == PASS_TYPE
    ((method, path, body),) = wallets.google.asked
    assert (method, path) == ("PATCH", f"/walletobjects/v1/loyaltyObject/{ISSUER}.{card.serial}")
    assert body["loyaltyPoints"]["balance"] == {"string": "50"}
    assert (await wallets.issued(mira))["storeCard"]["headerFields"][0]["value"] == "50"


async def test_nobody_is_woken_by_what_does_not_show_or_for_a_member_without_a_pass(wallets: Wallets) -> None:
    mira, petar = wallets.world.members
    await wallets.earn(petar, 50, "without a pass")
    assert await due(wallets) == []
    await wallets.registered(mira, "phone", "aa01")
    answer = await wallets.api(mira).patch("/me", json={"name": (await wallets.card(mira)).holder})
    assert answer.status_code == 200
    assert await wallets.worker.run_due() == 1
    assert wallets.apns.pushes == []
    await wallets.api(mira).patch("/me", json={"name": "Another"})
    await wallets.worker.run_due()
    assert wallets.apns.tokens == ["aa01"]


async def test_an_earning_that_comes_twice_is_told_once(wallets: Wallets) -> None:
    await wallets.registered(wallets.world.mira, "phone", "aa01")
    await wallets.earn(wallets.world.mira, 5, "once")
    await wallets.worker.run_due()
    await wallets.earn(wallets.world.mira, 5, "once")
    assert await due(wallets) == []
    assert wallets.apns.tokens == ["aa01"]


async def test_a_change_amid_the_telling_has_a_job_of_its_own_and_many_changes_have_one_that_tells(
    wallets: Wallets,
) -> None:
    mira = wallets.world.mira
    await wallets.registered(mira, "phone", "aa01")
    await wallets.earn(mira, 1, "a")
    first = await job_of(wallets)
    await wallets.earn(mira, 1, "b")
    await update_passes(wallets.services, first)
    assert wallets.apns.tokens == []
    await wallets.worker.run_due()
    assert wallets.apns.tokens == ["aa01"]
    assert [row.change_id for row in await wallets.world.rows("select * from wallet_pass")] == [None]


async def test_a_worker_that_dies_before_the_push_leaves_it_to_the_next(
    wallets: Wallets, monkeypatch: pytest.MonkeyPatch
) -> None:
    await wallets.registered(wallets.world.mira, "phone", "aa01")
    await wallets.earn(wallets.world.mira, 1, "a")
    job = await job_of(wallets)

    async def dies(_: str) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as dying:
        dying.setattr(wallets.services.apple, "push", dies)
        with pytest.raises(asyncio.CancelledError):
            await update_passes(wallets.services, job)
    await update_passes(wallets.services, job)
    await update_passes(wallets.services, job)
    assert wallets.apns.tokens == ["aa01"]


async def test_a_device_that_is_gone_is_forgotten_and_the_others_are_told(wallets: Wallets) -> None:
    mira = wallets.world.mira
    for device, token in (("old", "aa01"), ("older", "aa02"), ("new", "aa03")):
        await wallets.registered(mira, device, token)
    wallets.apns.answers["aa01"] = (410, b'{"reason":"Unregistered"}')
    wallets.apns.answers["aa02"] = (400, b'{"reason":"BadDeviceToken"}')
    await wallets.earn(mira, 1, "a")
    await wallets.worker.run_due()
    assert sorted(wallets.apns.tokens) == ["aa01", "aa02", "aa03"]
    assert await wallets.world.count("apple_registration") == 1
    await wallets.earn(mira, 1, "b")
    await wallets.worker.run_due()
    assert sorted(wallets.apns.tokens) == ["aa01", "aa02", "aa03", "aa03"]


async def test_a_busy_wallet_is_asked_again_later_and_the_pass_counts_as_untold(wallets: Wallets) -> None:
    mira = wallets.world.mira
    await wallets.registered(mira, "phone", "aa01")
    wallets.apns.answers["aa01"] = (503, b"")
    await wallets.earn(mira, 1, "a")
    job = await job_of(wallets, attempts=2)
    with pytest.raises(Retry) as retry:
        await update_passes(wallets.services, job)
    assert (retry.value.reason, retry.value.delay) == ("channel-busy", timedelta(minutes=4))
    with pytest.raises(GiveUp):
        await update_passes(wallets.services, await job_of(wallets, attempts=ATTEMPTS_MAX))
    wallets.apns.answers.clear()
    await update_passes(wallets.services, job)
    assert wallets.apns.tokens == ["aa01"] * 3


async def test_what_only_an_operator_can_mend_is_given_up_for_them(wallets: Wallets) -> None:
    mira = wallets.world.mira
    await wallets.registered(mira, "phone", "aa01")
    wallets.apns.answers["aa01"] = (403, b'{"reason":"BadCertificate"}')
    await wallets.earn(mira, 1, "a")
    with pytest.raises(GiveUp, match="channel-misconfigured"):
        await update_passes(wallets.services, await job_of(wallets))


async def test_google_is_asked_with_a_fresh_token_and_an_unsaved_card_is_no_error(
    wallets: Wallets, account: GoogleAccount
) -> None:
    mira = wallets.world.mira
    card = await wallets.card(mira)
    await wallets.api(mira).get(f"/cards/{card.number}/google")
    wallets.google.statuses[f"PATCH /walletobjects/v1/loyaltyObject/{ISSUER}.{card.serial}"] = 404
    for number in range(3):
        await wallets.earn(mira, 1, f"earn {number}")
        assert await wallets.worker.run_due() == 1
        if number == 1:
            wallets.google.token = "token-2"
    assert len(wallets.google.asked) == 3
    assert len(wallets.google.assertions) == 2
    claims = jwt.decode(
        wallets.google.assertions[0],
        account.key.public_key(),
        algorithms=["RS256"],
        audience=account.token_url,
    )
    assert (claims["iss"], claims["scope"]) == (
        "wallet@paragon.example",
        "https://www.googleapis.com/auth/wallet_object.issuer",
    )
    assert await due(wallets) == []


def test_inf_02_a_save_link_is_short_signed_and_holds_the_card(account: GoogleAccount) -> None:
    for holder, shown in (("Мира", "Мира"), ("", None), ("Ђ" * 80, "Ђ" * 80), ("😀" * 80, "😀" * 24)):
        link = save_link(dataclasses.replace(CARD, holder=holder), account, slug="lipa", now=NOW)
        assert len(link) < LINK_LENGTH_MAX
        token = link.removeprefix(SAVE)
        assert jwt.get_unverified_header(token)["alg"] == "RS256"
        claims = jwt.decode(
            token, account.key.public_key(), algorithms=["RS256"], audience="google", options={"verify_iat": False}
        )
        assert (claims["typ"], claims["iat"], claims["origins"]) == ("savetowallet", int(NOW.timestamp()), [])
        (saved,) = claims["payload"]["loyaltyObjects"]
        assert (saved["id"], saved["classId"]) == (f"{ISSUER}.{CARD.serial}", f"{ISSUER}.lipa")
        assert (saved["barcode"]["value"], saved.get("accountName")) == (CARD.number, shown)
        assert saved["loyaltyPoints"] == {"label": "Поени", "balance": {"string": "127"}}
