"""What arrives while a batch is written makes up the next one: no timer, so a batch is of one as long as nobody waits.

The queue is bounded, and whoever finds it full is told at once. Items that share a key never share a batch, so that a
writer need not think of two that concern each other; among strangers the order is that of arrival. A batch that fails
for what it holds is written again by halves, until the item that spoils it fails alone.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import ClassVar, Generic, TypeVar

from backend.kit.db import DatabaseUnavailable
from backend.kit.errors import ErrorKind, ParagonError

Item = TypeVar("Item")
Result = TypeVar("Result")

Write = Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]
"""Writes and commits all or nothing; one result an item, in order. Raises DatabaseUnavailable, or any other error."""


class TooBusy(ParagonError):
    """More wait than can be served soon."""

    code: ClassVar[str] = "too-busy"
    kind: ClassVar[ErrorKind] = "unavailable"
    title: ClassVar[str] = "Paragon is very busy. Please try again in a moment."


class Batcher(Generic[Item, Result]):
    """Collects items for one writer; `keys` names what an item concerns."""

    def __init__(
        self,
        write: Write[Item, Result],
        *,
        keys: Callable[[Item], Sequence[Hashable]],
        batch_max: int,
        waiting_max: int,
        patience_s: float,
    ) -> None:
        self._write = write
        self._keys = keys
        self._batch_max = batch_max
        self._waiting_max = waiting_max
        self._patience_s = patience_s
        self._waiting: deque[tuple[Item, asyncio.Future[Result]]] = deque()
        self._task: asyncio.Task[None] | None = None

    async def put(self, item: Item) -> Result:
        """The item's result, once its batch is committed.

        Raises TooBusy when the queue is full, and DatabaseUnavailable when patience ends: an item that was being
        written then may still come to be, so whoever sends it again must be prepared to find it.
        """
        if len(self._waiting) >= self._waiting_max:
            raise TooBusy(retry_after_s=1)
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())
        try:
            async with asyncio.timeout(self._patience_s):
                return await future
        except TimeoutError:
            raise DatabaseUnavailable(retry_after_s=1) from None

    async def close(self) -> None:
        """Wait until what was taken is written."""
        if self._task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        while self._waiting:
            batch = self._next()
            if batch:
                await self._settle(batch)

    def _next(self) -> list[tuple[Item, asyncio.Future[Result]]]:
        """The oldest items that concern nothing in common; the others keep their places. Nobody waits for a done one."""
        batch: list[tuple[Item, asyncio.Future[Result]]] = []
        later: list[tuple[Item, asyncio.Future[Result]]] = []
        taken: set[Hashable] = set()
        while self._waiting and len(batch) < self._batch_max:
            item, future = self._waiting.popleft()
            if future.done():
                continue
            keys = self._keys(item)
            if taken.isdisjoint(keys):
                batch.append((item, future))
            else:
                later.append((item, future))
            taken.update(keys)  # a third must not overtake the second
        self._waiting.extendleft(reversed(later))
        return batch

    async def _settle(self, batch: list[tuple[Item, asyncio.Future[Result]]]) -> None:
        try:
            results = await self._write([item for item, _ in batch])
        except DatabaseUnavailable as error:
            _fail(batch, error)
        except Exception as error:  # noqa: BLE001 (it belongs to one item, whose sender gets it)
            if len(batch) == 1:
                _fail(batch, error)
                return
            middle = len(batch) // 2
            await self._settle(batch[:middle])
            await self._settle(batch[middle:])
        else:
            for (_, future), result in zip(batch, results, strict=True):
                if not future.done():
                    future.set_result(result)


def _fail(batch: list[tuple[Item, asyncio.Future[Result]]], error: Exception) -> None:
    for _, future in batch:
        if not future.done():
            future.set_exception(error)
