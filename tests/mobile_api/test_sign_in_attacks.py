"""What an attacker tries on signing in: guessing, flooding, asking who is a member, giving themselves what is not theirs."""

import asyncio
import itertools
import logging
import re
import secrets
from collections import Counter
from collections.abc import Callable
from uuid import UUID

import asyncpg
import httpx
import pytest

from backend.app import compose
from backend.kit.clock import utc_now
from backend.members.contacts import parse_contact
from backend.migrations.tables import METADATA
from backend.sign_in import codes
from backend.sign_in.codes import Asker
from backend.sign_in.errors import TooManyCodes
from backend.sign_in.models import SignInChallenge
from backend.sign_in.service import sign_in
from tests.fixtures.loopback import alive, transport_to
from tests.fixtures.sign_in import Phone
from tests.fixtures.world import KEY, World

AT_ONCE = 64


@pytest.fixture
def comparisons(monkeypatch: pytest.MonkeyPatch) -> Counter[UUID]:
    """How often each challenge was compared with a guess."""
    counted: Counter[UUID] = Counter()
    really = codes.answers

    def counting(key: bytes, challenge: SignInChallenge, code: str) -> bool:
        counted[challenge.id] += 1
        return really(key, challenge, code)

    monkeypatch.setattr(codes, "answers", counting)
    return counted


async def test_of_guesses_at_once_exactly_five_are_looked_at(phone: Phone, comparisons: Counter[UUID]) -> None:
    await phone.ask()
    wrong = await phone.wrong()
    answers = await asyncio.gather(*(phone.enter(wrong) for _ in range(AT_ONCE)))
    assert comparisons.total() == 5
    told = Counter(answer.json()["code"] for answer in answers)
    assert told == {"code-wrong": 10, "too-many-codes": AT_ONCE - 10}
    left = Counter(answer.json().get("tries_left") for answer in answers if answer.status_code == 401)
    assert left == {4: 1, 3: 1, 2: 1, 1: 1, 0: 6}
    assert all(int(answer.headers["Retry-After"]) > 0 for answer in answers if answer.status_code == 429)


async def test_the_right_code_sent_many_times_at_once_signs_in_once(
    world: World, phone: Phone, comparisons: Counter[UUID]
) -> None:
    await phone.ask()
    code = await phone.sent()
    answers = await asyncio.gather(*(phone.enter(code) for _ in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers)[200] == 1
    assert comparisons.total() <= 1 + 5
    assert await world.count("token_family") == 1
    assert await world.count("member") == 3


async def test_a_million_guesses_from_everywhere_end_at_the_numbers_lock(
    world: World, phone: Phone, comparisons: Counter[UUID]
) -> None:
    """As many guesses as a botnet sends, over every code that the limits let it ask for."""
    guesses = itertools.count()
    rules = world.settings.sign_in_rules()
    asked = 0

    async def guess() -> str:
        number = next(guesses)
        asker = Asker(parse_contact(phone.to), f"198.51.{number // 250 % 250}.{number % 250}")
        code = f"{(wrong + number) % 1_000_000:06}"
        async with world.database.transaction(world.tenant_id) as session:
            try:
                outcome = await sign_in(
                    session,
                    tenant_id=world.tenant_id,
                    asker=asker,
                    code=code,
                    terms_version="1",
                    name="",
                    key=KEY.encode(),
                    rules=rules,
                    now=utc_now(),
                )
            except TooManyCodes:
                return "locked"
        return type(outcome).__name__

    outcomes: Counter[str] = Counter()
    for _ in range(5):
        if (await phone.ask()).status_code == 202:
            asked += 1
        wrong = int(await phone.wrong())
        outcomes.update(await asyncio.gather(*(guess() for _ in range(2 * AT_ONCE))))
    assert asked == 1, "a locked number gets no code"
    assert max(comparisons.values()) == 5
    assert comparisons.total() <= 10
    assert outcomes == {"CodeWrong": 10, "locked": 10 * AT_ONCE - 10}


async def test_codes_asked_for_at_once_are_three(world: World, phone: Phone) -> None:
    answers = await asyncio.gather(*(phone.ask() for _ in range(AT_ONCE)))
    assert Counter(answer.status_code for answer in answers) == {202: 3, 429: AT_ONCE - 3}
    assert await world.count("job") == 3
    assert await world.count("sign_in_challenge") == 1
    sent = await world.worker.run_due()
    assert sent == 3, "two of the jobs find that their code does not stand any more"


@pytest.mark.parametrize(
    ("limit", "numbers"),
    [
        ("codes_per_client_max", ["+381611000001", "+4915110000002", "+3859110000003"]),
        ("codes_per_prefix_max", ["+381621000001", "+381621000002", "+381621000003"]),
        ("codes_per_prefix_max", ["a@prefix.example", "b@prefix.example", "c@prefix.example"]),
        ("codes_total_max", ["+381631000001", "+4915210000002", "a@total.example"]),
    ],
)
async def test_codes_are_limited_by_sender_by_neighbourhood_and_altogether(
    world: World, app_url: str, limit: str, numbers: list[str]
) -> None:
    settings = world.settings.model_copy(update={limit: 2, "trusted_proxies": "127.0.0.1"})
    app = compose(settings, app_url)
    async with alive(app), httpx.AsyncClient(transport=transport_to(app), base_url="http://api.test/api/v1") as api:

        async def ask(to: str, client: str) -> httpx.Response:
            body = {"tenant": world.tenant_id.hex, "to": to}
            return await api.post(
                "/auth/code", json=body, headers={"X-Forwarded-For": client, "X-Forwarded-Proto": "https"}
            )

        same = limit == "codes_per_client_max"
        clients = [f"6.6.6.6, {'2001:db8:1:1' if same else f'2001:db8:1:{n}'}::{n}" for n in (1, 2, 3)]
        answers = [await ask(to, client) for to, client in zip(numbers, clients, strict=True)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert 590 <= int(answers[2].headers["Retry-After"]) <= 611
        if limit != "codes_total_max":
            assert (await ask("+12025550123", "2001:db8:2::1")).status_code == 202


async def test_nobody_learns_who_is_a_member(world: World, statements: Callable[[], list[str]]) -> None:
    named = {"X-Request-ID": "one-name-for-all"}  # else each answer carries a name of its own
    known, unknown, never_asked = (Phone(world, headers=named) for _ in range(3))
    await known.sign_in()
    await asyncio.sleep(0)
    observed = []
    for phone in (known, unknown):
        statements()
        asked = await phone.ask()
        observed.append((asked.status_code, asked.content, list(asked.headers.items()), statements()))
    assert observed[0] == observed[1]
    assert len(observed[0][3]) > 5
    tried = []
    for phone in (known, unknown, never_asked):
        statements()
        wrong = "000000" if await _is_not(phone, "000000") else "000001"
        statements()
        answers = [await phone.enter(wrong) for _ in range(6)]
        tried.append(([(a.status_code, a.content, list(a.headers.items())) for a in answers], statements()))
    assert tried[0] == tried[1] == tried[2]
    flooded = []
    for phone in (known, unknown):
        answers = [await phone.ask() for _ in range(4)]
        flooded.append(answers[-1])
    assert flooded[0].content == flooded[1].content
    assert [answer.status_code for answer in flooded] == [429, 429]
    assert set(flooded[0].headers) == set(flooded[1].headers)


async def _is_not(phone: Phone, code: str) -> bool:
    rows = await phone.challenges()
    return not rows or rows[0].sealed is None or await phone.sent() != code


async def test_no_column_of_any_table_is_taken_from_a_body(world: World, phone: Phone) -> None:
    await phone.ask()
    code = await phone.sent()
    tokens = await Phone(world).sign_in(name="Mira")
    api = world.client(tokens["access"])
    device = "/devices/019a8c2e-6f3b-7c1d-9a54-0d5b1f6e2a10"
    right: list[tuple[str, str, dict[str, object]]] = [
        ("POST", "/auth/code", {"tenant": phone.tenant, "to": phone.to}),
        ("POST", "/auth/token", {"tenant": phone.tenant, "to": phone.to, "code": code, "terms_version": "1"}),
        ("POST", "/auth/refresh", {"refresh": tokens["refresh"]}),
        ("POST", "/auth/logout", {"refresh": tokens["refresh"]}),
        ("PATCH", "/me", {"name": "Zora"}),
        ("PUT", device, {"kind": "fid", "value": "cVw8kq0WTpKp2dN5xQe1aB"}),
    ]
    allowed = {
        "/auth/code": {"language"},
        "/auth/token": {"name", "code"},
        "/me": {"name", "language"},
        device: {"kind"},
    }
    columns = {column.name for table in METADATA.tables.values() for column in table.columns}
    columns |= {"points", "tier", "role", "is_verified", "is_admin", "balance"}
    before = await _everything(world)
    for method, address, body in right:
        for column in sorted(columns - allowed.get(address, set()) - body.keys()):
            answer = await api.request(method, address, json=body | {column: 1})
            assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request"), (address, column)
    assert await _everything(world) == before
    assert (await phone.enter(code)).status_code == 200


async def _everything(world: World) -> dict[str, list[str]]:
    tables = ("member", "device", "token_family", "sign_in_challenge", "terms_acceptance", "job")
    return {
        table: sorted(map(str, await world.rows(f"select * from {table} where tenant_id = :tenant")))  # noqa: S608 (ours)
        for table in tables
    }


async def test_no_code_no_token_and_no_address_is_written_anywhere_in_the_clear(
    world: World,
    phone: Phone,
    owner_url: str,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(secrets, "randbelow", lambda _: 940_613)
    mail = Phone(world, to=f"jelena{phone.to[4:]}@example.com")
    await phone.ask()
    await mail.ask()
    await world.worker.run_due()
    assert await phone.sent() == "940613"
    await phone.enter("940614")
    tables = await _dump(owner_url)
    tokens = (await phone.enter("940613", name="Mira")).json()
    await mail.enter("940613")
    api = world.client(tokens["access"])
    await api.get("/me")
    push = "fcm-token:" + secrets.token_hex(20)
    await api.put("/devices/019a8c2e-6f3b-7c1d-9a54-0d5b1f6e2a11", json={"kind": "token", "value": push})
    fresh = (await phone.refresh(tokens["refresh"])).json()
    tables += await _dump(owner_url)

    logged = "\n".join(record.getMessage() + str(record.exc_info or "") for record in caplog.records)
    for secret in (phone.to[1:], mail.to, push, *tokens.values(), *fresh.values()):
        if isinstance(secret, str):
            assert secret not in logged
            assert secret not in tables
            assert secret.encode().hex() not in tables
    assert "940613" not in logged
    assert b"940613".hex() not in tables
    assert re.search(r"(?<![0-9A-Za-z.])940613(?![0-9A-Za-z])", tables) is None
    assert "Mira" in tables, "the dump is of the run"


async def _dump(owner_url: str) -> str:
    connection = await asyncpg.connect(owner_url)
    try:
        names = await connection.fetch(
            "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
        )
        rows = [
            await connection.fetch(f'select t::text from "{name["relname"]}" t')  # noqa: S608 (our tables)
            for name in names
        ]
        return "\n".join(row["t"] for found in rows for row in found)
    finally:
        await connection.close()
