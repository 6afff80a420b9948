"""Signing in takes a password and an authenticator, and guessing either leads to a lock."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from backend.kit.clock import utc_now
from backend.kit.limits import Limit
from backend.staff import attempts
from backend.staff import login as module
from backend.staff.credentials import SESSION, Token, password_fits, read_token
from backend.staff.errors import LoginRefused, StaffTokenInvalid, TooManyLogins
from backend.staff.login import Attempt, SignedIn, Staff, login, staff_of
from backend.staff.models import StaffAccount
from tests.fixtures.staff import PASSWORD, VAULT, Enrolled, enrol
from tests.fixtures.world import World

STEP = timedelta(seconds=30)


@pytest.fixture
async def ana(world: World) -> Enrolled:
    return await enrol(world, "owner")


def attempt(who: Enrolled, **other: str) -> Attempt:
    """What Ana types a minute later, when her next code shows."""
    code = who.authenticator.at(int((utc_now() + 2 * STEP).timestamp()))
    return replace(Attempt(who.email, PASSWORD, code, "192.0.2.1"), **other)


async def signed(world: World, tried: Attempt, *, after: timedelta = 2 * STEP) -> SignedIn:
    return await login(world.database, VAULT, world.tenant_id, tried, now=utc_now() + after)


async def caller(world: World, session_: SignedIn, *, after: timedelta) -> Staff:
    token = read_token(SESSION, session_.token)
    assert token is not None
    async with world.database.transaction(token.tenant_id) as session:
        return await staff_of(session, token, now=utc_now() + after)


async def test_password_and_code_open_a_session(world: World, ana: Enrolled) -> None:
    opened = await signed(world, attempt(ana, email=" ANA@example.com"))
    staff = await caller(world, opened, after=2 * STEP)
    assert (staff.account_id, staff.role, staff.tenant_id) == (ana.id, "owner", world.tenant_id)


@pytest.mark.parametrize(
    "wrong",
    [{"password": PASSWORD + "x"}, {"password": ""}, {"code": "000000"}, {"code": ""}, {"email": "bob@example.com"}],
    ids=lambda wrong: next(iter(wrong)),
)
async def test_a_refusal_never_says_what_was_wrong(world: World, ana: Enrolled, wrong: dict[str, str]) -> None:
    with pytest.raises(LoginRefused):
        await signed(world, attempt(ana, **wrong))
    assert (await signed(world, attempt(ana))).token


async def test_a_code_is_used_once(world: World, ana: Enrolled) -> None:
    tried = attempt(ana)
    await signed(world, tried)
    with pytest.raises(LoginRefused):
        await signed(world, tried)


async def test_the_code_of_the_enrolment_does_not_sign_in(world: World, ana: Enrolled) -> None:
    with pytest.raises(LoginRefused):
        await signed(world, attempt(ana, code=ana.authenticator.now()), after=timedelta(0))


async def test_a_recovery_code_stands_in_once_however_it_is_spelled(world: World, ana: Enrolled) -> None:
    code = ana.recovery_codes[3]
    await signed(world, attempt(ana, code=code.replace("-", " ").upper()))
    with pytest.raises(LoginRefused):
        await signed(world, attempt(ana, code=code))
    assert len(set(ana.recovery_codes)) == 10


async def test_a_recovery_code_is_nothing_without_the_password(world: World, ana: Enrolled) -> None:
    with pytest.raises(LoginRefused):
        await signed(world, attempt(ana, code=ana.recovery_codes[0], password="x" * 12))
    assert await world.count("staff_recovery_code") == 10


async def test_five_failures_lock_the_account_until_the_quarter_of_an_hour_is_over(world: World, ana: Enrolled) -> None:
    for number in range(5):
        with pytest.raises(LoginRefused):
            await signed(world, attempt(ana, password="wrong", address=f"192.0.2.{number}"))
    with pytest.raises(TooManyLogins) as locked:
        await signed(world, attempt(ana, address="192.0.2.99"))
    assert 0 < (locked.value.retry_after_s or 0) <= 915
    later = timedelta(minutes=17)
    code = ana.authenticator.at(int((utc_now() + later).timestamp()))
    assert (await signed(world, attempt(ana, code=code), after=later)).token


async def test_an_address_that_nobody_has_is_locked_alike(world: World, ana: Enrolled) -> None:
    for _ in range(5):
        with pytest.raises(LoginRefused):
            await signed(world, attempt(ana, email="nobody@example.com"))
    with pytest.raises(TooManyLogins):
        await signed(world, attempt(ana, email="nobody@example.com"))


async def test_a_network_address_that_tries_many_accounts_is_locked(
    world: World, ana: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "PER_ADDRESS", Limit("staff-address", 3, 900))
    for number in range(3):
        with pytest.raises(LoginRefused):
            await signed(world, attempt(ana, email=f"n{number}@example.com"))
    with pytest.raises(TooManyLogins):
        await signed(world, attempt(ana))
    assert (await signed(world, attempt(ana, address="198.51.100.7"))).token


async def test_guesses_at_once_do_not_pass_the_limit_together(
    world: World, ana: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []

    def compare(_: str | None, password: str) -> bool:
        compared.append(password)
        return False

    monkeypatch.setattr(module, "password_fits", compare)
    guesses = [attempt(ana, password=f"guess {number}", address=f"10.0.0.{number}") for number in range(40)]
    outcomes = await asyncio.gather(*(signed(world, guess) for guess in guesses), return_exceptions=True)
    assert len(compared) == 5
    assert sorted({type(outcome).__name__ for outcome in outcomes}) == ["LoginRefused", "TooManyLogins"]


async def test_an_unknown_account_costs_the_same_work(
    world: World, ana: Enrolled, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Any] = []

    def compare(kept: str | None, given: str) -> bool:
        compared.append(kept)
        return password_fits(kept, given)

    monkeypatch.setattr(module, "password_fits", compare)
    for email in (ana.email, "nobody@example.com"):
        with pytest.raises(LoginRefused):
            await signed(world, attempt(ana, email=email, password="wrong"))
    assert [kept is None for kept in compared] == [False, True]
    traces = await world.rows(
        "select subject_kind, action from audit where tenant_id = :tenant order by seq desc limit 2"
    )
    assert [tuple(row) for row in traces] == [("tenant", "staff.sign-in-refused"), ("staff", "staff.sign-in-refused")]


@pytest.mark.parametrize(
    ("quiet", "lasts"), [(timedelta(minutes=29), True), (timedelta(minutes=31), False)], ids=["29 min", "31 min"]
)
async def test_a_session_ends_after_half_an_hour_without_a_request(
    world: World, ana: Enrolled, quiet: timedelta, *, lasts: bool
) -> None:
    opened = await signed(world, attempt(ana))
    if lasts:
        assert (await caller(world, opened, after=quiet + 2 * STEP)).account_id == ana.id
        return
    with pytest.raises(StaffTokenInvalid):
        await caller(world, opened, after=quiet + 2 * STEP)


async def test_a_session_ends_after_eight_hours_however_busy(world: World, ana: Enrolled) -> None:
    opened = await signed(world, attempt(ana))
    for minutes in range(20, 8 * 60, 20):
        await caller(world, opened, after=timedelta(minutes=minutes))
    with pytest.raises(StaffTokenInvalid):
        await caller(world, opened, after=timedelta(hours=8, minutes=2))


async def test_no_secret_stands_in_the_tables(world: World, ana: Enrolled) -> None:
    opened = await signed(world, attempt(ana))
    secrets = [PASSWORD, ana.authenticator.secret, opened.token, *ana.recovery_codes]
    tables = ("staff_account", "staff_session", "staff_recovery_code", "contact_counter", "audit")
    for table in tables:
        kept = str(await world.rows(f"select t::text from {table} t"))  # noqa: S608 (ours)
        assert [secret for secret in secrets if secret in kept] == [], table
        assert ana.email not in kept or table == "staff_account"


async def test_a_token_of_no_session_is_nobodys(world: World, ana: Enrolled) -> None:
    async with world.database.transaction(world.tenant_id) as session:
        row = await session.get(StaffAccount, (world.tenant_id, ana.id))
        assert row is not None
        with pytest.raises(StaffTokenInvalid):
            await staff_of(session, Token(world.tenant_id, b"x" * 32), now=utc_now())


@pytest.mark.parametrize("text", ["", "pgs1_", "pgs1_!!!", "pgi1_" + "A" * 64, "pgs1_" + "A" * 63, "pgs1_" + "é" * 64])
def test_what_is_no_token_is_read_as_none(text: str) -> None:
    assert read_token(SESSION, text) is None
