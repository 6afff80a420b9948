"""What a worker does by the clock and not because somebody caused it: once when it starts, and then every day.

All workers do it. Each thing may be done twice, and the second time finds nothing left to do.
"""

import asyncio
import dataclasses
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta

from backend.events.pruning import prune
from backend.kit.db import Database, DatabaseUnavailable
from backend.ledger.clockwork import keep_all_books

EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=5)
"""How soon it is tried again after a failure."""
_LOG = logging.getLogger("paragon.upkeep")


async def keep_up(database: Database, *, events_keep: timedelta, clock: Callable[[], datetime]) -> None:
    """Go on until cancelled; no failure ends it, and none of one thing hinders the others."""

    async def prune_events() -> Mapping[str, int]:
        return {"events": await prune(database, older_than=clock() - events_keep)}

    async def keep_ledgers() -> Mapping[str, int]:
        return dataclasses.asdict(await keep_all_books(database, now=clock()))

    while True:
        done = [await _tried("events pruned", prune_events), await _tried("ledgers kept", keep_ledgers)]
        await asyncio.sleep((EVERY if all(done) else AGAIN).total_seconds())


async def _tried(what: str, work: Callable[[], Awaitable[Mapping[str, int]]]) -> bool:
    try:
        counts = await work()
    except DatabaseUnavailable:
        _LOG.warning("the database is away: not %s", what)
        return False
    except Exception:  # noqa: BLE001 (the worker outlives whatever it is)
        _LOG.exception("not %s", what)
        return False
    _LOG.info(what, extra={"fields": dict(counts)})
    return True
