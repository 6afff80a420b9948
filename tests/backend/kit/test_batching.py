"""What arrives while a batch is written makes up the next; nobody is lost, and nobody spoils it for others."""

import asyncio
from collections.abc import Sequence

import pytest

from backend.kit.batching import Batcher, TooBusy
from backend.kit.db import DatabaseUnavailable


class Writer:
    """Writes when it is let, and remembers what came together; `poison` is refused in any company."""

    def __init__(self, *, poison: str = "") -> None:
        self.batches: list[list[str]] = []
        self.may_write = asyncio.Event()
        self.is_away = False
        self.poison = poison

    async def __call__(self, items: Sequence[str]) -> list[str]:
        self.batches.append(list(items))
        await self.may_write.wait()
        if self.is_away:
            raise DatabaseUnavailable(retry_after_s=1)
        if self.poison in items:
            raise ValueError(self.poison)
        return [item.upper() for item in items]


def batcher(writer: Writer, *, waiting_max: int = 100, patience_s: float = 10) -> Batcher[str, str]:
    """One whose items concern what their first letter says."""
    return Batcher(writer, keys=lambda item: [item[0]], batch_max=3, waiting_max=waiting_max, patience_s=patience_s)


async def putting(batches: Batcher[str, str], items: str) -> list[asyncio.Task[str]]:
    """The items, parted by blanks, put one after the other."""
    tasks = []
    for item in items.split():
        tasks.append(asyncio.get_running_loop().create_task(batches.put(item)))
        await asyncio.sleep(0)
    return tasks


async def test_what_waits_while_one_is_written_goes_together() -> None:
    writer = Writer()
    tasks = await putting(batcher(writer), "a b c d e")
    writer.may_write.set()
    assert await asyncio.gather(*tasks) == ["A", "B", "C", "D", "E"]
    assert writer.batches == [["a"], ["b", "c", "d"], ["e"]]


async def test_items_that_concern_the_same_never_share_a_batch_and_keep_their_order() -> None:
    writer = Writer()
    tasks = await putting(batcher(writer), "x a1 a2 b1 a3 b2")
    writer.may_write.set()
    await asyncio.gather(*tasks)
    assert writer.batches == [["x"], ["a1", "b1"], ["a2", "b2"], ["a3"]]


async def test_one_that_spoils_its_batch_fails_alone() -> None:
    writer = Writer(poison="c")
    tasks = await putting(batcher(writer), "x a b c")
    writer.may_write.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert outcomes[:3] == ["X", "A", "B"]
    assert isinstance(outcomes[3], ValueError)


async def test_a_database_that_is_away_is_told_to_all_at_once() -> None:
    writer = Writer()
    writer.is_away = True
    batches = batcher(writer)
    tasks = await putting(batches, "x a b")
    writer.may_write.set()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [DatabaseUnavailable] * 3
    assert writer.batches == [["x"], ["a", "b"]]
    writer.is_away = False
    assert await batches.put("a") == "A"


async def test_a_full_queue_refuses_at_once() -> None:
    writer = Writer()
    batches = batcher(writer, waiting_max=2)
    tasks = await putting(batches, "x a b")
    with pytest.raises(TooBusy):
        await batches.put("c")
    writer.may_write.set()
    assert await asyncio.gather(*tasks) == ["X", "A", "B"]


async def test_one_whose_sender_has_left_is_not_written() -> None:
    writer = Writer()
    batches = batcher(writer)
    first, gone, last = await putting(batches, "x a b")
    gone.cancel()
    writer.may_write.set()
    assert list(await asyncio.gather(first, last)) == ["X", "B"]
    assert writer.batches == [["x"], ["b"]]


async def test_patience_ends_and_the_next_are_served() -> None:
    writer = Writer()
    batches = batcher(writer, patience_s=0.05)
    with pytest.raises(DatabaseUnavailable):
        await batches.put("x")
    writer.may_write.set()
    assert await batches.put("a") == "A"


async def test_closing_waits_for_what_was_taken() -> None:
    writer = Writer()
    batches = batcher(writer)
    tasks = await putting(batches, "x a")
    writer.may_write.set()
    await batches.close()
    assert [task.result() for task in tasks] == ["X", "A"]
