"""Many at once: nobody deadlocks, nothing is counted twice, and refusals are only those that any order would give."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from backend.kit.db import Database
from backend.ledger.clockwork import expire
from backend.ledger.errors import (
    HoldCaptured,
    HoldReleased,
    InsufficientPoints,
    LedgerRefusal,
    ReferenceReused,
    ReversalTooLarge,
)
from backend.ledger.queries import Wallet
from backend.ledger.service import Posted, Posting

Shop = Any
OpenShop = Any

AT_ONCE = 64


@pytest.fixture
async def crowd(app_url: str, open_shop: OpenShop) -> AsyncIterator[Shop]:
    """A shop with a connection for everyone, so that all of them are in the database together."""
    database = Database(app_url, connections_max=AT_ONCE)
    yield await open_shop(members=8, through=database)
    await database.close()


Answer = TypeVar("Answer")


async def at_once(shop: Shop, calls: Iterable[Awaitable[Answer]]) -> list[Answer | LedgerRefusal]:
    """The answers of calls that stand before the ledger's accounts until all are there, and then go in together.

    Anything but a refusal of the ledger fails the test.
    """

    async def answer(call: Awaitable[Answer]) -> Answer | LedgerRefusal:
        try:
            return await call
        except LedgerRefusal as refused:
            return refused

    waiting = (
        "select count(*) from pg_locks where not granted and relation = 'ledger_account'::regclass "
        "and database = (select oid from pg_database where datname = current_database())"
    )
    async with shop.auditor.transaction():
        await shop.auditor.execute("lock table ledger_account in exclusive mode")
        tasks = [asyncio.ensure_future(answer(call)) for call in calls]
        async with asyncio.timeout(60):
            while await shop.auditor.fetchval(waiting) < len(tasks):
                await asyncio.wait(tasks, timeout=0.01)
    return list(await asyncio.gather(*tasks))


def each(batches: Iterable[list[Posted | LedgerRefusal] | LedgerRefusal]) -> list[Posted | LedgerRefusal]:
    return [answer for batch in batches if isinstance(batch, list) for answer in batch]


def counted(answers: Iterable[Posted | LedgerRefusal]) -> Counter[str]:
    return Counter(
        answer.code if isinstance(answer, LedgerRefusal) else "replayed" if answer.replayed else "posted"
        for answer in answers
    )


async def test_l9_first_earns_of_one_member_at_once_open_one_wallet(crowd: Shop) -> None:
    answers = await at_once(crowd, [crowd.earn(0, 3, f"receipt:{number}") for number in range(AT_ONCE)])
    assert counted(answers) == {"posted": AT_ONCE}
    assert await crowd.wallet(0) == Wallet(balance=3 * AT_ONCE)
    accounts = await crowd.auditor.fetchval("select count(*) from ledger_account where tenant_id = $1", crowd.tenant_id)
    assert accounts == 2
    await crowd.audit()


async def test_l5_one_reference_at_once_has_one_effect_and_one_answer(crowd: Shop) -> None:
    answers = await at_once(crowd, [crowd.earn(0, 100, "receipt:1") for _ in range(AT_ONCE)])
    assert counted(answers) == {"posted": 1, "replayed": AT_ONCE - 1}
    assert len({(a.transfer_id, a.points, a.debt) for a in answers if isinstance(a, Posted)}) == 1
    assert await crowd.wallet(0) == Wallet(balance=100)
    await crowd.audit()


async def test_l5_one_reference_for_many_wallets_is_the_firsts(crowd: Shop) -> None:
    for member in range(8):
        await crowd.earn(member, 1, f"first:{member}")
    answers = await at_once(crowd, [crowd.earn(number % 8, 100, "receipt:1") for number in range(AT_ONCE)])
    assert counted(answers) == {"posted": 1, "replayed": 7, ReferenceReused.code: AT_ONCE - 8}
    assert sum([(await crowd.wallet(member)).balance for member in range(8)]) == 100 + 8
    await crowd.audit()


async def test_exactly_as_many_burns_succeed_as_there_are_points_for(crowd: Shop) -> None:
    await crowd.earn(0, 100, "receipt:1")
    answers = await at_once(crowd, [crowd.burn(0, 7, f"reward:{number}") for number in range(AT_ONCE)])
    assert counted(answers) == {"posted": 14, InsufficientPoints.code: AT_ONCE - 14}
    assert await crowd.wallet(0) == Wallet(balance=2)
    await crowd.audit()


async def test_an_earn_is_taken_back_once_however_many_ask(crowd: Shop) -> None:
    await crowd.earn(0, 100, "receipt:1")
    await crowd.burn(0, 50, "reward:1")
    answers = await at_once(
        crowd, [crowd.take_back(0, 30, f"undo:{number}", original="receipt:1") for number in range(AT_ONCE)]
    )
    assert counted(answers) == {"posted": 3, ReversalTooLarge.code: AT_ONCE - 3}
    assert await crowd.wallet(0) == Wallet(debt=40)
    await crowd.audit()


async def test_l9_batches_that_cross_each_other_never_block_for_good(crowd: Shop) -> None:
    # Once the issuer's account is there, nothing makes the first earns of the others wait for one another.
    await crowd.earn(0, AT_ONCE, "first")

    def batch(number: int) -> list[Posting]:
        members = crowd.members[1:] if number % 2 else crowd.members[:0:-1]
        return [
            Posting("earn", crowd.programme_id, member, 1, f"receipt:{number}:{place}", crowd.noon)
            for place, member in enumerate(members)
        ]

    answers = await at_once(crowd, (crowd.post(batch(number)) for number in range(AT_ONCE)))
    assert counted(each(answers)) == {"posted": AT_ONCE * 7}
    assert [(await crowd.wallet(member)).balance for member in range(8)] == [AT_ONCE] * 8
    await crowd.audit()


async def test_l9_batches_that_want_each_others_references_never_block_for_good(crowd: Shop) -> None:
    for member in range(8):
        await crowd.earn(member, 1, f"first:{member}")

    def batch(number: int) -> list[Posting]:
        references = [f"receipt:{place}" for place in range(20)]
        member = crowd.members[number % 8]
        return [
            Posting("earn", crowd.programme_id, member, 1, reference, crowd.noon)
            for reference in (references if number % 2 else references[::-1])
        ]

    answers = await at_once(crowd, (crowd.post(batch(number)) for number in range(AT_ONCE)))
    assert counted(each(answers))["posted"] == 20
    assert sum([(await crowd.wallet(member)).balance for member in range(8)]) == 20 + 8
    await crowd.audit()


async def test_l3_the_books_balance_after_any_traffic(crowd: Shop) -> None:
    chance = random.Random(20261122)  # noqa: S311 (traffic, not secrets)

    def call(number: int) -> Awaitable[Posted]:
        member, reference = chance.randrange(8), chance.randrange(60)
        match chance.choice(("earn", "earn", "burn", "take_back")):
            case "earn":
                earned: Awaitable[Posted] = crowd.earn(reference % 8, 10 + reference, f"receipt:{reference}")
                return earned
            case "burn":
                burned: Awaitable[Posted] = crowd.burn(member, chance.randrange(1, 60), f"reward:{number}")
                return burned
            case _:
                original = f"receipt:{reference}"
                points = chance.randrange(1, 40)
                taken: Awaitable[Posted] = crowd.take_back(reference % 8, points, f"undo:{number}", original=original)
                return taken

    seen: Counter[str] = Counter()
    for wave in range(6):
        answers = await at_once(crowd, [call(wave * AT_ONCE + place) for place in range(AT_ONCE)])
        seen += counted(answers)
        await crowd.audit()
    assert set(seen) >= {"posted", "replayed", "insufficient-points", "ledger-reversal-too-large"}, seen


async def test_l6_exactly_as_many_holds_are_placed_as_there_are_points_for(crowd: Shop) -> None:
    await crowd.valid(40)
    for number in range(10):
        await crowd.earn(0, 10, f"receipt:{number}")
    answers = await at_once(crowd, [crowd.hold(0, 7, f"hold:{number}") for number in range(AT_ONCE)])
    assert counted(answers) == {"posted": 14, InsufficientPoints.code: AT_ONCE - 14}
    assert await crowd.wallet(0) == Wallet(balance=100, held=98)
    await crowd.audit()


async def test_l6_a_hold_resolves_once_however_many_capture_and_release_it(crowd: Shop) -> None:
    await crowd.earn(0, 100, "receipt:1")
    await crowd.hold(0, 60, "hold:1")
    calls = [
        crowd.capture(0, f"till:{number}", held_as="hold:1", points=40) if number % 2 else crowd.release(0, "hold:1")
        for number in range(AT_ONCE)
    ]
    answers = counted(await at_once(crowd, calls))
    assert answers["posted"] == 1
    assert set(answers) <= {"posted", "replayed", HoldCaptured.code, HoldReleased.code}
    wallet = await crowd.wallet(0)
    assert wallet in {Wallet(balance=60), Wallet(balance=100)}
    assert (wallet.balance == 60) == (HoldCaptured.code in answers)
    await crowd.audit()


async def test_l6_one_hold_asked_for_at_once_is_one(crowd: Shop) -> None:
    await crowd.earn(0, 100, "receipt:1")
    answers = await at_once(crowd, [crowd.hold(0, 30, "hold:1") for _ in range(AT_ONCE)])
    assert counted(answers) == {"posted": 1, "replayed": AT_ONCE - 1}
    assert await crowd.wallet(0) == Wallet(balance=100, held=30)
    await crowd.audit()


async def test_l9_wallets_that_pass_points_around_a_ring_never_block_for_good(crowd: Shop) -> None:
    for member in range(8):
        await crowd.earn(member, 100, f"receipt:{member}")
    calls = [
        crowd.transfer(number % 8, (number + (1 if number % 2 else 7)) % 8, f"gift:{number}", points=30)
        for number in range(AT_ONCE)
    ]
    assert counted(await at_once(crowd, calls))["posted"] >= 8
    assert sum([(await crowd.wallet(member)).balance for member in range(8)]) == 800
    await crowd.audit()


async def test_mt_25_a_wallet_is_moved_once_however_many_move_it_and_others_spend_it(crowd: Shop) -> None:
    await crowd.earn(0, 100, "receipt:1")
    calls = [
        crowd.transfer(0, number % 7 + 1, f"reissue:{number}") if number % 2 else crowd.burn(0, 3, f"reward:{number}")
        for number in range(AT_ONCE)
    ]
    answers = await at_once(crowd, calls)
    moved = [answer for answer in answers[1::2] if isinstance(answer, Posted)]
    burned = [answer for answer in answers[::2] if isinstance(answer, Posted)]
    assert len(moved) == 1
    assert -moved[0].points == 100 - 3 * len(burned)
    assert await crowd.wallet(0) == Wallet()
    await crowd.audit()


async def test_points_expire_once_however_many_take_them_and_others_spend_them(crowd: Shop) -> None:
    await crowd.valid(5)
    for member in range(8):
        await crowd.earn(member, 100, f"receipt:{member}")
    late = crowd.noon + timedelta(days=5)
    burns = [crowd.burn(number % 8, 30, f"reward:{number}") for number in range(AT_ONCE - 4)]
    takers = [expire(crowd.database, crowd.tenant_id, now=late) for _ in range(4)]
    answers = await at_once(crowd, [*burns, *takers])
    taken: list[Any] = list(answers[-4:])
    assert sum(taken) == 8
    assert {(await crowd.wallet(member, now=late)).balance for member in range(8)} == {0}
    await crowd.audit()


async def test_l3_the_books_balance_after_any_traffic_with_lots_and_holds(crowd: Shop) -> None:
    await crowd.valid(20, pending=1)
    chance = random.Random(20261123)  # noqa: S311 (traffic, not secrets)
    for member in range(8):
        await crowd.earn(member, 200, f"first:{member}", now=crowd.noon - timedelta(days=18))

    def call(number: int) -> Awaitable[Any]:
        member, points, now = chance.randrange(8), chance.randrange(1, 60), crowd.noon + timedelta(days=number // 128)
        known = chance.randrange(max(number, 1))
        calls: list[Callable[[], Awaitable[Any]]] = [
            lambda: crowd.earn(member, points, f"receipt:{number}", now=now),
            lambda: crowd.burn(member, points, f"burn:{number}", now=now),
            lambda: crowd.hold(known % 8, points, f"hold:{number % 24}", now=now),
            lambda: crowd.hold(known % 8, points, f"hold:{number % 24}", now=now),
            lambda: crowd.capture(member, f"till:{number}", held_as=f"hold:{known % 24}", now=now),
            lambda: crowd.capture(known % 8, f"till:{number}", held_as=f"hold:{known % 24}", now=now),
            lambda: crowd.release(known % 8, f"hold:{known % 24}", now=now),
            lambda: crowd.take_back(member, points, f"undo:{number}", original=f"first:{member}", now=now),
            lambda: crowd.roll_back(member, f"void:{number}", original=f"burn:{known}", now=now),
            lambda: crowd.transfer(member, (member + 3) % 8, f"move:{number}", points=points, now=now),
        ]
        return chance.choice(calls)()

    seen: Counter[str] = Counter()
    for wave in range(4):
        seen += counted(await at_once(crowd, [call(wave * AT_ONCE + place) for place in range(AT_ONCE)]))
        await crowd.audit()
        await expire(crowd.database, crowd.tenant_id, now=crowd.noon + timedelta(days=wave))
    assert set(seen) >= {"posted", "insufficient-points", "ledger-hold-unknown"}, seen
    await crowd.verified()
