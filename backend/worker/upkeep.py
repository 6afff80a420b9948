"""What a worker does by the clock and not because somebody caused it: once when it starts, and then every day.

All workers do it. Each thing may be done twice, and the second time finds nothing left to do.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from backend.events.pruning import prune
from backend.kit.db import Database, DatabaseUnavailable

EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=5)
"""How soon it is tried again after a failure."""
_LOG = logging.getLogger("paragon.upkeep")


async def keep_up(database: Database, *, events_keep: timedelta, clock: Callable[[], datetime]) -> None:
    """Go on until cancelled; no failure ends it."""
    while True:
        is_done = await _pruned(database, older_than=clock() - events_keep)
        await asyncio.sleep((EVERY if is_done else AGAIN).total_seconds())


async def _pruned(database: Database, *, older_than: datetime) -> bool:
    try:
        gone = await prune(database, older_than=older_than)
    except DatabaseUnavailable:
        _LOG.warning("the database is away: cannot prune events")
        return False
    except Exception:  # noqa: BLE001 (the worker outlives whatever it is)
        _LOG.exception("cannot prune events")
        return False
    _LOG.info("events pruned", extra={"fields": {"events": gone}})
    return True
