"""Signing in as people do it: a code, tokens, membership; and every way in which a code is not right."""

import httpx

from tests.fixtures.sign_in import Clock, Phone
from tests.fixtures.world import OpenWorld, World


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


async def test_inf_01_a_phone_number_alone_makes_a_member_whose_receipt_counts(world: World, phone: Phone) -> None:
    tokens = await phone.sign_in(name="Mira")
    api = world.client(tokens["access"])
    slip = await world.slip()
    answer = await api.post("/receipts", json={"payload": slip["payload"]})
    assert answer.status_code == 202
    await world.worker.run_due()
    assert (await api.get(f"/receipts/{answer.json()['id']}")).json()["state"] == "settled"
    assert (await api.get("/wallet")).json()["balance"] == "61"


async def test_the_code_comes_in_the_language_asked_for_and_the_console_shows_it(world: World, phone: Phone) -> None:
    answer = await phone.ask(language="hr")
    assert (answer.status_code, answer.json()) == (202, {"digits": 6, "expires_in": 600})
    await world.worker.run_due()
    async with httpx.AsyncClient(transport=world.api, base_url="http://api.test") as browser:
        page = (await browser.get("/console")).text
    assert f"kod za prijavu je {await phone.sent()}. Vrijedi 10 minuta." in page
    assert phone.to not in page
    tokens = (await phone.enter(await phone.sent())).json()
    assert (await world.client(tokens["access"]).get("/me")).json()["language"] == "hr"


async def test_without_a_language_the_requests_own_is_taken(world: World) -> None:
    phone = Phone(world, headers={"Accept-Language": "sr-Cyrl, en;q=0.5"})
    tokens = await phone.sign_in()
    assert (await world.client(tokens["access"]).get("/me")).json()["language"] == "sr-Cyrl"


async def test_signing_in_again_is_the_same_member_with_the_same_name(world: World, phone: Phone) -> None:
    first = await phone.sign_in(name="Mira")
    spelled = Phone(world, to=phone.to)
    await spelled.ask(to=f"{phone.to[:4]} ({phone.to[4:6]}) {phone.to[6:]}")
    second = (await spelled.enter(await spelled.sent(), name="Somebody")).json()
    me, again = [(await world.client(tokens["access"]).get("/me")).json() for tokens in (first, second)]
    assert me == again
    assert me["name"] == "Mira"
    assert me["phone"] == phone.to
    assert me["email"] is None


async def test_a_member_whom_staff_joined_signs_in_as_themselves(world: World) -> None:
    phone = Phone(world, to="+381600000000")
    tokens = await phone.sign_in()
    me = (await world.client(tokens["access"]).get("/me")).json()
    assert me["id"] == str(world.mira.id)
    assert me["phone"] == phone.to


async def test_an_email_address_does_as_well_and_is_one_in_any_case(world: World, phone: Phone) -> None:
    mail = Phone(world, to=f"ana.{phone.to[4:]}@example.com")
    first = await mail.sign_in()
    await mail.ask(to=f" {mail.to.upper()} ")
    second = (await mail.enter(await mail.sent())).json()
    me, again = [(await world.client(tokens["access"]).get("/me")).json() for tokens in (first, second)]
    assert me == again
    assert (me["phone"], me["email"], me["name"]) == (None, mail.to, None)


async def test_each_version_of_the_terms_is_accepted_once(world: World, phone: Phone, clock: Clock) -> None:
    await phone.sign_in(terms_version="1")
    clock.move(hours=2)
    await phone.sign_in(terms_version="1")
    clock.move(hours=2)
    await phone.sign_in(terms_version="2")
    rows = await world.rows("select * from terms_acceptance where tenant_id = :tenant order by version")
    assert [row.version for row in rows] == ["1", "2"]
    assert (rows[1].accepted_at - rows[0].accepted_at).total_seconds() > 3 * 3600


async def test_without_terms_nobody_signs_in(phone: Phone) -> None:
    await phone.ask()
    body = {"tenant": phone.tenant, "to": phone.to, "code": await phone.sent()}
    assert refusal(await phone.api.post("/auth/token", json=body)) == (400, "malformed-request")
    assert (await phone.enter(await phone.sent())).status_code == 200


async def test_a_wrong_code_says_how_many_tries_are_left_and_the_sixth_is_not_looked_at(phone: Phone) -> None:
    await phone.ask()
    wrong = await phone.wrong()
    answers = [await phone.enter(wrong) for _ in range(5)]
    assert {refusal(answer) for answer in answers} == {(401, "code-wrong")}
    assert [answer.json()["tries_left"] for answer in answers] == [4, 3, 2, 1, 0]
    last = await phone.enter(await phone.sent())
    assert refusal(last) == (401, "code-wrong")
    assert last.json()["tries_left"] == 0


async def test_a_code_is_good_once(phone: Phone) -> None:
    await phone.ask()
    code = await phone.sent()
    assert (await phone.enter(code)).status_code == 200
    assert refusal(await phone.enter(code)) == (401, "code-wrong")


async def test_a_new_code_voids_the_one_before(phone: Phone) -> None:
    await phone.ask()
    old = await phone.sent()
    await phone.ask()
    new = await phone.sent()
    if new != old:
        assert refusal(await phone.enter(old)) == (401, "code-wrong")
    assert (await phone.enter(new)).status_code == 200


async def test_a_code_that_is_too_old_says_so_to_who_has_it_and_to_nobody_else(phone: Phone, clock: Clock) -> None:
    await phone.ask()
    clock.move(seconds=599)
    wrong = await phone.wrong()
    assert refusal(await phone.enter(wrong)) == (401, "code-wrong")
    clock.move(seconds=2)
    assert refusal(await phone.enter(wrong)) == (401, "code-wrong")
    assert refusal(await phone.enter(await phone.sent())) == (401, "code-expired")


async def test_a_code_is_another_numbers_code_nowhere(world: World, phone: Phone) -> None:
    other = Phone(world)
    await phone.ask()
    await other.ask()
    code = await phone.sent()
    if code != await other.sent():
        assert refusal(await other.enter(code)) == (401, "code-wrong")


async def test_a_code_of_one_tenant_opens_no_other(open_world: OpenWorld) -> None:
    here, there = await open_world(), await open_world()
    phone = Phone(here)
    stranger = Phone(there, to=phone.to)
    await phone.ask()
    assert refusal(await stranger.enter(await phone.sent())) == (401, "code-wrong")
    assert await there.count("member") == 2
    assert (await phone.enter(await phone.sent())).status_code == 200


async def test_a_fourth_code_within_ten_minutes_waits(phone: Phone, clock: Clock) -> None:
    for _ in range(3):
        assert (await phone.ask()).status_code == 202
        clock.move(seconds=100)
    code = await phone.sent()
    answer = await phone.ask()
    assert refusal(answer) == (429, "too-many-codes")
    wait_s = int(answer.headers["Retry-After"])
    assert 290 <= wait_s <= 311
    assert await phone.sent() == code
    clock.move(seconds=wait_s - 12)
    assert (await phone.ask()).status_code == 429
    clock.move(seconds=12)
    assert (await phone.ask()).status_code == 202


async def test_ten_wrong_tries_lock_the_number_whatever_codes_are_sent(phone: Phone, clock: Clock) -> None:
    for _ in range(2):
        await phone.ask()
        for _ in range(5):
            assert refusal(await phone.enter(await phone.wrong())) == (401, "code-wrong")
    clock.move(minutes=15)
    locked = await phone.ask()
    assert refusal(locked) == (429, "too-many-codes")
    entered = await phone.enter("000000")
    assert refusal(entered) == (429, "too-many-codes")
    clock.move(seconds=int(entered.headers["Retry-After"]))
    assert (await phone.ask()).status_code == 202
    assert (await phone.enter(await phone.sent())).status_code == 200


async def test_who_signs_in_has_their_tries_back(phone: Phone, clock: Clock) -> None:
    for _ in range(4):
        await phone.ask()
        for _ in range(4):
            assert refusal(await phone.enter(await phone.wrong())) == (401, "code-wrong")
        assert (await phone.enter(await phone.sent())).status_code == 200
        clock.move(minutes=4)


async def test_what_cannot_be_read_is_refused_by_name(phone: Phone) -> None:
    for field, value, status, code in [
        ("to", "0641234567", 422, "phone-malformed"),
        ("to", "+38164", 422, "phone-malformed"),
        ("to", "+٣٨١٦٤١٢٣٤٥٦٧", 422, "phone-malformed"),
        ("to", "\x00+381641234567", 422, "phone-malformed"),
        ("to", "ana@", 422, "email-malformed"),
        ("to", "ana@example.com\r\nBcc: x@y.z", 422, "email-malformed"),
        ("to", "a@b@example.com", 422, "email-malformed"),
        ("to", "a@" + "b" * 250, 422, "email-malformed"),
        ("to", None, 400, "malformed-request"),
        ("to", ["+381641234567"], 400, "malformed-request"),
        ("tenant", "nobody", 404, "tenant-not-found"),
        ("tenant", "a\n", 400, "malformed-request"),
        ("language", "de", 400, "malformed-request"),
        ("language", None, 400, "malformed-request"),
    ]:
        assert refusal(await phone.ask(**{field: value})) == (status, code), value
    assert await phone.world.count("sign_in_challenge") == 0


async def test_a_malformed_try_names_the_place_and_costs_no_try(phone: Phone) -> None:
    await phone.ask()
    for field, value in [
        ("code", "12345"),
        ("code", "12345\n"),
        ("code", "１２３４５６"),
        ("code", 123456),
        ("terms_version", ""),
        ("terms_version", "1\n"),
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "a" * 81),
        ("name", None),
    ]:
        answer = await phone.post_token({"code": "000000", field: value})
        assert refusal(answer) == (400, "malformed-request")
        assert answer.json()["errors"][0]["pointer"] == f"/{field}"
    assert [row.tries for row in await phone.challenges()] == [0]


async def test_other_bodies_than_short_json_are_refused(phone: Phone) -> None:
    for address in ("/auth/code", "/auth/token", "/auth/refresh", "/auth/logout"):
        form = await phone.api.post(address, data={"to": phone.to})
        assert form.status_code == 415
        huge = await phone.api.post(address, json={"to": "1" * 20_000})
        assert huge.status_code == 413
        lone = await phone.api.post(
            address, content=b'{"tenant": "a", "to": "\\ud800"}', headers={"Content-Type": "application/json"}
        )
        assert lone.status_code == 400


async def test_refusals_are_said_in_the_callers_language(world: World) -> None:
    phone = Phone(world, headers={"Accept-Language": "sr-Latn"})
    await phone.ask()
    answer = await phone.enter(await phone.wrong())
    assert answer.json()["title"] == "Ovaj kod nije ispravan. Preostalih pokušaja: 4"
