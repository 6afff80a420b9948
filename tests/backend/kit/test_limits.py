"""No stretch of time as long as the window ever holds more than the limit, whoever counts at once."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.kit.db import Database
from backend.kit.limits import SLOTS, Limit, Take, _count, forget, take

NOW = datetime(2026, 11, 22, 20, 5, 7, tzinfo=UTC)
KEY = b"a key of these tests"


@settings(max_examples=200)
@given(
    gaps_ms=st.lists(st.integers(0, 400_000), min_size=1, max_size=80),
    count_max=st.integers(1, 7),
    window_s=st.sampled_from([61, 600, 3600]),
)
def test_no_window_holds_more_than_the_limit_and_the_wait_is_long_enough(
    gaps_ms: list[int], count_max: int, window_s: int
) -> None:
    asked = Take(Limit("test", count_max, window_s), "")
    counts: dict[str, int] = {}
    taken: list[datetime] = []
    now = NOW
    for gap_ms in gaps_ms:
        now += timedelta(milliseconds=gap_ms)
        counts, wait_s = _count(counts, asked, now)
        if wait_s == 0:
            taken.append(now)
        else:
            assert wait_s <= window_s * (SLOTS + 2) // SLOTS + 1
            assert _count(counts, asked, now + timedelta(seconds=wait_s))[1] == 0
    window = timedelta(seconds=window_s)
    assert taken
    for first, beyond in zip(taken, taken[count_max:], strict=False):
        assert beyond - first > window


def test_a_slot_counts_until_all_of_it_has_left_the_window() -> None:
    asked = Take(Limit("test", 1, 600), "")
    end_of_slot = datetime(2026, 11, 22, 20, 5, 10, tzinfo=UTC)
    taken_at = end_of_slot - timedelta(milliseconds=1)
    counts, _ = _count({}, asked, taken_at)
    free_at = end_of_slot + timedelta(seconds=600)
    for now in (taken_at, taken_at + timedelta(seconds=591), taken_at + timedelta(seconds=600)):
        _, wait_s = _count(counts, asked, now)
        assert now + timedelta(seconds=wait_s) >= free_at
    assert _count(counts, asked, free_at)[1] == 0


def test_a_row_stays_small_however_high_the_limit() -> None:
    asked = Take(Limit("test", 100_000, 600), "")
    counts: dict[str, int] = {}
    for second in range(2000):
        counts, wait_s = _count(counts, asked, NOW + timedelta(seconds=second))
        assert wait_s == 0
    assert len(counts) <= SLOTS + 1
    assert 600 <= sum(counts.values()) <= 610


async def allowed(database: Database, *takes: Take, now: datetime = NOW) -> int | None:
    async with database.transaction(None) as session:
        return await take(session, KEY, takes, now=now)


async def test_of_many_at_once_exactly_as_many_as_allowed_take(database: Database) -> None:
    wide, narrow = Limit("wide", 50, 600), Limit("narrow", 7, 600)
    orders = [(Take(wide, "all"), Take(narrow, "one")), (Take(narrow, "one"), Take(wide, "all"))]
    waits = await asyncio.gather(*(allowed(database, *orders[number % 2]) for number in range(64)))
    assert waits.count(None) == 7
    assert {wait for wait in waits if wait is not None} <= set(range(600, 611))


async def test_where_one_has_no_room_none_is_taken(database: Database) -> None:
    free, full = Take(Limit("free", 2, 600), "x"), Take(Limit("full", 1, 600), "x")
    assert await allowed(database, full) is None
    for _ in range(3):
        assert await allowed(database, free, full) is not None
    assert await allowed(database, free) is None
    assert await allowed(database, free) is None
    assert await allowed(database, free) is not None


async def test_to_ask_for_room_takes_none(database: Database) -> None:
    limit = Limit("asked", 1, 600)
    for _ in range(3):
        assert await allowed(database, Take(limit, "x", cost=0)) is None
    assert await allowed(database, Take(limit, "x")) is None
    assert await allowed(database, Take(limit, "x", cost=0)) is not None


async def test_subjects_and_scopes_are_counted_apart_and_may_begin_anew(database: Database) -> None:
    limit = Limit("a", 1, 600)
    assert await allowed(database, Take(limit, "x")) is None
    assert await allowed(database, Take(limit, "y")) is None
    assert await allowed(database, Take(Limit("b", 1, 600), "x")) is None
    assert await allowed(database, Take(limit, "x")) is not None
    async with database.transaction(None) as session:
        await forget(session, KEY, limit, "x")
    assert await allowed(database, Take(limit, "x")) is None
    assert await allowed(database, Take(limit, "y")) is not None


async def test_counters_whose_time_is_over_are_deleted(database: Database, owner_url: str) -> None:
    assert await allowed(database, Take(Limit("old", 1, 600), "x")) is None
    assert await allowed(database, Take(Limit("new", 1, 600), "x"), now=NOW + timedelta(seconds=611)) is None
    connection = await asyncpg.connect(owner_url)
    try:
        assert await connection.fetchval("select count(*) from contact_counter") == 1
    finally:
        await connection.close()
