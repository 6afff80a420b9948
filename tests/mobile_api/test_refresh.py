"""Refresh tokens: one exchange each, the same answer again within the grace, the end of the family after it."""

import asyncio
from datetime import timedelta

import httpx

from backend.kit.clock import utc_now
from backend.members.tokens import Caller, issue_token, read_token
from tests.fixtures.sign_in import Clock, Phone
from tests.fixtures.world import KEY, OpenWorld, World


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_an_access_token_is_good_for_fifteen_minutes_and_refresh_brings_the_next(
    world: World, phone: Phone, clock: Clock
) -> None:
    first = await phone.sign_in()
    assert first["expires_in"] == 900
    clock.move(days=59)
    answer = await phone.refresh(first["refresh"])
    second = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert {first["refresh"], first["access"]}.isdisjoint(second.values())
    assert (await world.client(second["access"]).get("/me")).status_code == 200
    now = clock()
    owners = {read_token(KEY.encode(), second["access"], now=now + timedelta(seconds=wait)) for wait in (0, 890)}
    assert len(owners) == 1
    clock.move(days=59)
    assert (await phone.refresh(second["refresh"])).status_code == 200


async def test_a_sign_in_unused_for_sixty_days_is_over(phone: Phone, clock: Clock) -> None:
    tokens = await phone.sign_in()
    clock.move(days=60)
    assert refusal(await phone.refresh(tokens["refresh"])) == (401, "token-expired")


async def test_an_answer_that_was_lost_is_given_again_byte_for_byte(phone: Phone, clock: Clock) -> None:
    tokens = await phone.sign_in()
    first = await phone.refresh(tokens["refresh"])
    clock.move(seconds=9)
    again = await phone.refresh(tokens["refresh"])
    assert again.content == first.content
    assert (await phone.refresh(first.json()["refresh"])).status_code == 200


async def test_an_old_token_after_the_grace_ends_the_family(world: World, phone: Phone, clock: Clock) -> None:
    tokens = await phone.sign_in()
    other = await phone.sign_in()
    fresh = (await phone.refresh(tokens["refresh"])).json()
    clock.move(seconds=11)
    assert refusal(await phone.refresh(tokens["refresh"])) == (401, "token-reused")
    assert refusal(await phone.refresh(fresh["refresh"])) == (401, "token-invalid")
    assert refusal(await phone.refresh(tokens["refresh"])) == (401, "token-invalid")
    assert (await phone.refresh(other["refresh"])).status_code == 200
    assert await world.rows("select 1 from token_family where tenant_id = :tenant and ended_at is null")


async def test_a_token_two_exchanges_old_has_no_grace(phone: Phone) -> None:
    first = await phone.sign_in()
    second = (await phone.refresh(first["refresh"])).json()
    third = (await phone.refresh(second["refresh"])).json()
    assert refusal(await phone.refresh(first["refresh"])) == (401, "token-reused")
    assert refusal(await phone.refresh(third["refresh"])) == (401, "token-invalid")


async def test_of_many_at_once_one_exchanges_and_all_get_its_answer(world: World, phone: Phone, clock: Clock) -> None:
    tokens = await phone.sign_in()
    answers = await asyncio.gather(*(phone.refresh(tokens["refresh"]) for _ in range(64)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    (family,) = await world.rows("select * from token_family where tenant_id = :tenant")
    assert family.rotations == 1
    clock.move(seconds=11)
    late = await asyncio.gather(*(phone.refresh(tokens["refresh"]) for _ in range(64)))
    codes = sorted(answer.json()["code"] for answer in late)
    assert codes == ["token-invalid"] * 63 + ["token-reused"]
    assert refusal(await phone.refresh(answers[0].json()["refresh"])) == (401, "token-invalid")


async def test_signing_out_ends_the_family_and_twice_is_once(world: World, phone: Phone) -> None:
    tokens = await phone.sign_in()
    for _ in range(2):
        answer = await phone.api.post("/auth/logout", json={"refresh": tokens["refresh"]})
        assert answer.status_code == 204
    assert refusal(await phone.refresh(tokens["refresh"])) == (401, "token-invalid")
    assert (await world.client(tokens["access"]).get("/me")).status_code == 200


async def test_a_token_that_was_not_made_here_for_this_is_refused(phone: Phone) -> None:
    tokens = await phone.sign_in()
    good = tokens["refresh"]
    middle = len(good) // 2
    bent = good[:middle] + ("A" if good[middle] != "A" else "B") + good[middle + 1 :]
    forged = issue_token(b"another key", Caller(phone.world.tenant_id, phone.world.mira.id), expires_at=utc_now())
    for text in (bent, good + "AAAA", good[:-4], tokens["access"], forged, "pgr1_", "x", "žž"):
        for address in ("/auth/refresh", "/auth/logout"):
            answer = await phone.api.post(address, json={"refresh": text})
            assert refusal(answer) == (401, "token-invalid"), text
    assert (await phone.refresh(good)).status_code == 200


async def test_a_refresh_token_opens_nothing_but_its_exchange(world: World, phone: Phone) -> None:
    tokens = await phone.sign_in()
    assert refusal(await world.client(tokens["refresh"]).get("/me")) == (401, "token-invalid")


async def test_a_token_speaks_for_its_own_tenant_and_its_family_lives_in_no_other(open_world: OpenWorld) -> None:
    here, there = await open_world(), await open_world()
    phone = Phone(here)
    tokens = await phone.sign_in()
    fresh = (await Phone(there).refresh(tokens["refresh"])).json()
    caller = read_token(KEY.encode(), fresh["access"], now=utc_now())
    assert caller.tenant_id == here.tenant_id
    assert await there.count("token_family") == 0
    moved = issue_token(
        KEY.encode(), Caller(there.tenant_id, caller.member_id), expires_at=utc_now() + timedelta(minutes=1)
    )
    assert refusal(await there.client(moved).get("/me")) == (404, "member-not-found")


async def test_families_long_over_are_forgotten(world: World, phone: Phone, clock: Clock) -> None:
    await phone.sign_in()
    clock.move(days=61)
    await phone.sign_in()
    assert await world.count("token_family") == 1
