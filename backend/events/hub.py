"""Keeps this process's open streams fed: one listening connection, and one query for all that wait.

A stream remembers the last number that it was given and is read for again only when its client has taken everything, so
a slow client costs a few rows of memory and holds up nobody. Wake-ups only save time: what they say is read from the
table, and the table is looked at without them, too.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

from backend.events.errors import StreamsFull, TooManyStreams
from backend.events.queries import Event, Place, events_after
from backend.events.service import CHANNEL
from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.wake import listening

EACH_MAX = 100
"""How many events a stream is given at once."""
_POLL_S = 5
_TOGETHER_S = 0.02
"""How long a reader waits after a wake-up for those that follow it: many commits, one query."""
_FULL_RETRY_AFTER_S = 5
_LOG = logging.getLogger("paragon.events")


class EventStream:
    """One client that follows one member's events."""

    def __init__(self, hub: "EventHub", place: Place) -> None:
        self._hub = hub
        self._arrived = asyncio.Event()
        self._events: list[Event] = []
        self.place = place
        self.waits = True
        """Whether the client has taken everything that it was given."""
        self.is_behind = True
        """Whether the table may hold more than the stream was given."""

    def give(self, events: list[Event]) -> None:
        """Hand over what came after the stream's place."""
        if events:
            self._events = events
            self.place = Place(self.place.tenant_id, self.place.member_id, events[-1].seq)
            self.waits = False
            self._arrived.set()

    def end(self) -> None:
        """Let the client's next wait end at once, with nothing."""
        self._arrived.set()

    async def next(self, *, within_s: float) -> list[Event]:
        """The next events, each once and in order; none when there were none in that time, or the hub is closing."""
        if not self._events and not self._hub.closing:
            self.waits = True
            self._arrived.clear()
            if self.is_behind:
                self._hub.look()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), within_s)
        events, self._events = self._events, []
        return events


class EventHub:
    """All streams of a process; `running` must be entered before they are fed."""

    def __init__(self, database: Database, url: str, *, streams_max: int, member_streams_max: int) -> None:
        self._database = database
        self._url = url
        self._streams_max = streams_max
        self._member_streams_max = member_streams_max
        self._streams: set[EventStream] = set()
        self._of_member: Counter[tuple[UUID, UUID]] = Counter()
        self._wake = asyncio.Event()
        self.closing = False

    @property
    def open_streams(self) -> int:
        """How many streams are open."""
        return len(self._streams)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Feed the streams while the block runs; its end ends them."""
        task = asyncio.get_running_loop().create_task(self._feed())
        try:
            async with listening(self._url, CHANNEL, self._heard):
                yield
        finally:
            self.close()
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def open(self, place: Place) -> EventStream:
        """A stream of what comes after the place; it must be dropped. Raises TooManyStreams or StreamsFull."""
        owner = (place.tenant_id, place.member_id)
        if self._of_member[owner] >= self._member_streams_max:
            raise TooManyStreams(retry_after_s=_FULL_RETRY_AFTER_S)
        if len(self._streams) >= self._streams_max or self.closing:
            raise StreamsFull(retry_after_s=_FULL_RETRY_AFTER_S)
        stream = EventStream(self, place)
        self._streams.add(stream)
        self._of_member[owner] += 1
        self.look()
        return stream

    def drop(self, stream: EventStream) -> None:
        """Forget a stream; twice does no harm."""
        if stream in self._streams:
            self._streams.remove(stream)
            owner = (stream.place.tenant_id, stream.place.member_id)
            self._of_member[owner] -= 1
            if not self._of_member[owner]:
                del self._of_member[owner]

    def look(self) -> None:
        """Read for the streams that wait and may have missed something."""
        self._wake.set()

    def close(self) -> None:
        """End all streams, so that their connections do not keep the process from stopping; none opens any more."""
        self.closing = True
        for stream in self._streams:
            stream.end()

    def _heard(self) -> None:
        for stream in self._streams:
            stream.is_behind = True
        self.look()

    async def _feed(self) -> None:
        while True:
            try:
                await asyncio.wait_for(self._wake.wait(), _POLL_S)
            except TimeoutError:
                self._heard()
            await asyncio.sleep(_TOGETHER_S)
            self._wake.clear()
            try:
                await self._read()
            except DatabaseUnavailable:
                continue
            except Exception:  # noqa: BLE001 (a mistake about one must not silence all)
                _LOG.exception("events were not read")

    async def _read(self) -> None:
        """One query for every stream that waits; if it fails, all of them are still behind."""
        waiting = [stream for stream in self._streams if stream.waits and stream.is_behind]
        if not waiting:
            return
        for stream in waiting:
            stream.is_behind = False  # whatever is announced from here on is not in what we read
        try:
            async with self._database.transaction(None) as session:
                answers = await events_after(session, [stream.place for stream in waiting], each_max=EACH_MAX)
        except BaseException:
            for stream in waiting:
                stream.is_behind = True
            raise
        for stream, events in zip(waiting, answers, strict=True):
            stream.is_behind |= len(events) == EACH_MAX
            stream.give(events)
