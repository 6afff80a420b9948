"""Tells other processes that something was committed, once for all that was committed meanwhile.

The announcement has its own connection: a NOTIFY inside the hot transaction would serialise commits. Losing one costs
nothing but a poll interval.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable

import asyncpg

from backend.kit.db import connect

_RECONNECT_S = 1
_QUIET_S = 0.01
"""After an announcement, whoever listens has enough to look for: what is committed meanwhile is announced at its end."""


class Announcer:
    """Sends wake-ups; `poke` may be called from anywhere on the loop, as often as one likes."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pending = asyncio.Event()
        self._channels: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    def poke(self, channel: str) -> None:
        """Ask for a wake-up of the channel; those asked for before it is sent become one."""
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())
        self._channels.add(channel)
        self._pending.set()

    async def close(self) -> None:
        """Stop announcing; whatever is unsent is found by polling."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._announce()
            await asyncio.sleep(_RECONNECT_S)

    async def _announce(self) -> None:
        connection = await connect(self._url)
        try:
            while True:
                await self._pending.wait()
                self._pending.clear()
                while self._channels:
                    await connection.execute(f"notify {self._channels.pop()}")
                await asyncio.sleep(_QUIET_S)
        finally:
            connection.terminate()


@contextlib.asynccontextmanager
async def listening(url: str, channel: str, on_wake: Callable[[], None]) -> AsyncIterator[None]:
    """Call `on_wake` whenever the channel is announced, reconnecting for as long as the block runs.

    It is called at each connection, too: what was announced meanwhile went unheard.
    """
    task = asyncio.get_running_loop().create_task(_listen(url, channel, on_wake))
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _listen(url: str, channel: str, on_wake: Callable[[], None]) -> None:
    while True:
        with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            connection = await connect(url)
            try:
                closed = asyncio.Event()
                connection.add_termination_listener(lambda _, closed=closed: closed.set())
                await connection.add_listener(channel, lambda *_: on_wake())
                on_wake()
                await closed.wait()
            finally:
                connection.terminate()
        await asyncio.sleep(_RECONNECT_S)
