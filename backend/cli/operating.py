"""What operators' commands share: the ready database around one piece of work, and long work in portions.

Whoever works is not announced to: workers find revived jobs when they next look, within a second.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from backend.cli.output import err, run

if TYPE_CHECKING:
    from backend.kit.db import Database

T = TypeVar("T")
PORTION = 500


def operate(work: Callable[["Database"], Coroutine[Any, Any, T]]) -> T:
    """Do the work on the installation's database, as the application."""
    from backend.postgres import database_urls, make_ready
    from backend.settings import Settings

    with database_urls(Settings()) as urls:
        run(make_ready(urls))
        return run(_on_database(urls.app, work))


async def _on_database(url: str, work: Callable[["Database"], Coroutine[Any, Any, T]]) -> T:
    from backend.kit.db import Database

    database = Database(url, connections_max=1)
    try:
        return await work(database)
    finally:
        await database.close()


async def in_portions(portion: Callable[[UUID | None], Awaitable[list[UUID]]], what: str) -> int:
    """Repeat a portion from after the last id of the one before, each a transaction, until one is empty; how many.

    A terminal shows the progress. No id comes twice, so work that fails again at once is not repeated for ever.
    """
    done, last = 0, None
    with err.status(f"{what}: {done}") as status:
        while ids := await portion(last):
            done, last = done + len(ids), ids[-1]
            status.update(f"{what}: {done}")
    return done
