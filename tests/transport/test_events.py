"""Live events over real HTTP, as members' apps follow them."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from backend.events.service import CHANNEL, note
from backend.kit.clock import utc_now
from backend.kit.db import Database, announce
from backend.kit.wake import Announcer
from tests.fixtures.served import Serve, Served
from tests.fixtures.world import OpenWorld, Someone, World


@dataclass(frozen=True)
class Told:
    """One server-sent event."""

    event: str
    id: str
    data: str


class Follower:
    """A member's app that follows its events over its own connection."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> Told:
        fields: dict[str, str] = {}
        while True:
            line = await asyncio.wait_for(anext(self._lines), 15)
            if not line and "event" in fields:
                return Told(fields["event"], fields["id"], fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value


@contextlib.asynccontextmanager
async def following(
    http: httpx.AsyncClient, served: Served, member: Someone, **query: Any
) -> AsyncIterator[tuple[Told, Follower]]:
    """The stream's first event, and the rest of it."""
    headers = {"Authorization": f"Bearer {member.token}", **query.pop("headers", {})}
    async with http.stream("GET", f"{served.url}/api/v1/events", headers=headers, params=query) as response:
        assert response.status_code == 200, await response.aread()
        assert response.headers["content-type"].startswith("text/event-stream")
        follower = Follower(response)
        yield await follower.next(), follower


@pytest.fixture
async def announced(app_url: str) -> AsyncIterator[Database]:
    announcer = Announcer(app_url)
    opened = Database(app_url, connections_max=4, announce=announcer.poke)
    yield opened
    await announcer.close()
    await opened.close()


async def tell(database: Database, world: World, members: list[Someone], word: str) -> None:
    async with database.transaction(world.tenant_id) as session:
        for member in members:
            note(
                session,
                tenant_id=world.tenant_id,
                member_id=member.id,
                kind="receipt-settled",
                data={"receipt": word},
                now=utc_now(),
            )


async def test_a_scanned_slip_is_told_from_confirmation_to_points(
    serve: Serve, world: World, http: httpx.AsyncClient, announced: Database
) -> None:
    with serve() as served:
        async with following(http, served, world.mira) as (ready, follower):
            assert (ready.event, ready.id) == ("ready", "0")
            receipt = await world.mira.accepted((await world.slip())["payload"])
            await world.worker.run_due()
            async with announced.transaction(None) as session:
                announce(session, CHANNEL)  # the test's own worker does not
            told = [await follower.next() for _ in range(3)]
    assert [(one.id, one.event) for one in told] == [
        ("1", "receipt-confirmed"),
        ("2", "points-changed"),
        ("3", "receipt-settled"),
    ]
    assert receipt in told[0].data
    assert '"points":"61"' in told[2].data


async def test_a_client_that_comes_again_gets_exactly_the_rest(
    serve: Serve, world: World, http: httpx.AsyncClient, announced: Database
) -> None:
    with serve() as served:
        async with following(http, served, world.mira) as (_, follower):
            await tell(announced, world, [world.mira], "first")
            first = await follower.next()
        for word in ("second", "third"):
            await tell(announced, world, [world.mira], word)
        for how in ({"headers": {"Last-Event-ID": first.id}}, {"after": first.id}):
            async with following(http, served, world.mira, **how) as (ready, follower):
                assert (ready.event, ready.id) == ("ready", first.id)
                rest = [await follower.next() for _ in range(2)]
            assert [one.id for one in rest] == ["2", "3"]
        async with following(http, served, world.petar) as (ready, _):
            assert ready.id == "0", "another member's events are not told"


async def test_a_client_that_missed_what_is_no_longer_kept_is_told_to_start_anew(
    serve: Serve, world: World, http: httpx.AsyncClient, announced: Database, database: Database
) -> None:
    await tell(announced, world, [world.mira], "old")
    await tell(announced, world, [world.mira], "old too")
    async with database.transaction(None) as session:
        await (await session.connection()).execute(text("select member_events_prune(now() + interval '1 day', 9999)"))
    with serve() as served:
        for after, event in (("0", "reset"), ("1", "reset"), ("2", "ready"), ("99", "reset")):
            async with following(http, served, world.mira, after=after) as (opening, _):
                assert (opening.event, opening.id) == (event, "2"), after
        headers = {"Authorization": f"Bearer {world.mira.token}"}
        answer = await http.get(f"{served.url}/api/v1/events", headers=headers, params={"after": "-1"})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed-request")
        anonymous = await http.get(f"{served.url}/api/v1/events")
        assert (anonymous.status_code, anonymous.json()["code"]) == (401, "token-invalid")


async def test_a_member_may_follow_in_few_places_and_a_closed_one_makes_room(
    serve: Serve, world: World, http: httpx.AsyncClient
) -> None:
    headers = {"Authorization": f"Bearer {world.mira.token}"}
    with serve(PARAGON_MEMBER_STREAMS_MAX="1", PARAGON_STREAMS_MAX="2") as served:
        url = f"{served.url}/api/v1/events"
        async with following(http, served, world.mira):
            refused = await http.get(url, headers=headers)
            assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")
            assert refused.headers["retry-after"] == "5"
            (third,) = await world.join()
            async with following(http, served, world.petar):
                full = await http.get(url, headers={"Authorization": f"Bearer {third.token}"})
                assert (full.status_code, full.json()["code"]) == (503, "streams-full")
                assert full.headers["retry-after"] == "5"
        deadline = time.monotonic() + 10
        async with contextlib.AsyncExitStack() as stack:
            while True:
                answer = await stack.enter_async_context(http.stream("GET", url, headers=headers))
                if answer.status_code == 200:
                    break
                assert time.monotonic() < deadline, "a client that went away still takes a place"


async def test_stopping_ends_open_streams_and_does_not_wait_for_them(
    serve: Serve, world: World, http: httpx.AsyncClient
) -> None:
    with serve() as served:
        async with following(http, served, world.mira) as (_, follower):
            begun = time.monotonic()
            assert await asyncio.to_thread(served.terminate) == 0
            assert time.monotonic() - begun < 8
            with pytest.raises((StopAsyncIteration, httpx.HTTPError)):
                await follower.next()


@pytest.mark.parametrize("count", [100, pytest.param(1000, marks=pytest.mark.soak)])
async def test_many_streams_of_one_process_each_get_their_event(
    serve: Serve, open_world: OpenWorld, http: httpx.AsyncClient, announced: Database, count: int
) -> None:
    world = await open_world(members=count)
    with serve(PARAGON_CONNECTIONS_MAX="4") as served:
        async with contextlib.AsyncExitStack() as stack:
            followers = []
            for member in world.members:
                _, follower = await stack.enter_async_context(following(http, served, member))
                followers.append(follower)
            begun = time.monotonic()
            await tell(announced, world, world.members, "everyone")
            told = await asyncio.gather(*(follower.next() for follower in followers))
            assert time.monotonic() - begun < 5
    assert {one.event for one in told} == {"receipt-settled"}
    assert len(told) == count
