"""Forgets events that no client will come back for, of all tenants, a portion a transaction.

Heads stay, so that numbers go on. A client that was away for longer is told to read everything anew.
"""

from datetime import datetime

from backend.kit.db import Database, driver

PORTION = 5000
_PRUNE = "select public.member_events_prune($1, $2)"
_COUNT = "select public.member_events_older($1)"


async def prune(database: Database, *, older_than: datetime) -> int:
    """Delete every event from before then; how many went. Two at once delete each event once."""
    total = 0
    while True:
        async with database.transaction(None) as session:
            gone: int = await (await driver(session)).fetchval(_PRUNE, older_than, PORTION)
        if not gone:  # fewer than a portion says nothing: another may have taken some of them
            return total
        total += gone


async def prunable(database: Database, *, older_than: datetime) -> int:
    """How many events `prune` would delete."""
    async with database.transaction(None) as session:
        count: int = await (await driver(session)).fetchval(_COUNT, older_than)
    return count
