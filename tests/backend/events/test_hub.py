"""Streams are fed from the table, so that no wake-up matters and no reconnection loses or doubles anything."""

import asyncio
import random

import pytest

from backend.events import hub as hub_module
from backend.events.errors import StreamsFull, TooManyStreams
from backend.events.hub import EACH_MAX, EventHub, EventStream
from backend.events.queries import Place, events_after
from backend.kit.db import Database
from backend.members.models import Member
from tests.backend.events.conftest import Join, tell


def place(member: Member, after: int = 0) -> Place:
    return Place(member.tenant_id, member.id, after)


async def receipts(stream: EventStream, count: int) -> list[str]:
    """So many events, or fewer if none comes for a while."""
    taken: list[str] = []
    while len(taken) < count and (events := await stream.next(within_s=3)):
        taken += [event.data["receipt"] for event in events]
    return taken


async def test_an_open_stream_gets_what_is_committed(hub: EventHub, announced: Database, member: Member) -> None:
    async with hub.running():
        stream = hub.open(place(member))
        await tell(announced, member, "a", "b")
        assert await receipts(stream, 2) == ["a", "b"]
        await tell(announced, member, "c")
        assert await receipts(stream, 1) == ["c"]


async def test_a_wake_up_that_is_lost_costs_one_look(
    hub: EventHub, database: Database, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "_POLL_S", 0.05)
    async with hub.running():
        stream = hub.open(place(member))
        await tell(database, member, "unannounced")
        assert await receipts(stream, 1) == ["unannounced"]


async def test_a_stream_that_comes_again_misses_nothing_and_gets_nothing_twice(
    hub: EventHub, announced: Database, member: Member
) -> None:
    """Cut at random places while eight writers commit: the parts together are the whole."""
    rng = random.Random(7)  # noqa: S311 (chooses where to cut)
    sent = [[f"{writer}.{turn}" for turn in range(15)] for writer in range(8)]

    async def write(mine: list[str]) -> None:
        for receipt in mine:
            await tell(announced, member, receipt)

    seen: list[tuple[int, str]] = []
    async with hub.running():
        writing = asyncio.gather(*map(write, sent))
        while len(seen) < 120:
            stream = hub.open(place(member, seen[-1][0] if seen else 0))
            for _ in range(rng.randrange(1, 4)):
                events = await stream.next(within_s=3)
                received = rng.randrange(len(events) + 1)  # the rest is lost on the way
                seen += [(event.seq, event.data["receipt"]) for event in events[:received]]
                if received < len(events):
                    break
            hub.drop(stream)
        await writing
    assert [seq for seq, _ in seen] == list(range(1, 121))
    assert {receipt for _, receipt in seen} == {receipt for mine in sent for receipt in mine}


async def test_a_client_that_takes_nothing_holds_up_nobody(hub: EventHub, announced: Database, member: Member) -> None:
    async with hub.running():
        slow, quick = hub.open(place(member)), hub.open(place(member))
        many = [str(number) for number in range(EACH_MAX + 10)]
        await tell(announced, member, *many)
        assert await receipts(quick, len(many)) == many
        assert len(slow._events) == EACH_MAX, "what waits for a slow client is bounded"
        assert await receipts(slow, len(many)) == many


async def test_all_waiting_streams_are_read_by_one_query(
    hub: EventHub, announced: Database, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def counting(session: object, places: list[Place], *, each_max: int) -> object:
        asked.append(len(places))
        return await events_after(session, places, each_max=each_max)  # type: ignore[arg-type]

    monkeypatch.setattr(hub_module, "events_after", counting)
    everyone = [await join() for _ in range(4)]
    async with hub.running():
        streams = [hub.open(place(member)) for member in everyone]
        for member in everyone:
            await tell(announced, member, "x")
        assert await asyncio.gather(*(receipts(stream, 1) for stream in streams)) == [["x"]] * 4
    assert max(asked) > 1
    assert len(asked) <= 8


async def test_streams_are_limited_for_a_member_and_for_the_process(hub: EventHub, join: Join) -> None:
    one, other, third = [await join() for _ in range(3)]
    streams = [hub.open(place(one)), hub.open(place(one))]
    with pytest.raises(TooManyStreams) as too_many:
        hub.open(place(one))
    streams += [hub.open(place(other)), hub.open(place(other))]
    with pytest.raises(StreamsFull) as full:
        hub.open(place(third))
    assert (too_many.value.retry_after_s, full.value.retry_after_s) == (5, 5)
    hub.drop(streams[0])
    hub.drop(streams[0])
    hub.open(place(third))
    assert hub.open_streams == 4


async def test_closing_ends_every_wait_and_opens_no_more(hub: EventHub, member: Member) -> None:
    async with hub.running():
        stream = hub.open(place(member))
        waiting = asyncio.create_task(stream.next(within_s=60))
        hub.close()
        assert await waiting == []
        with pytest.raises(StreamsFull):
            hub.open(place(member))
