"""Asking the authorities' portals, at a pace that they bear: the scarcest resource of all.

Playgrounds are ours and set no pace. The pace holds for one process.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator
from weakref import WeakValueDictionary

import httpx

from backend.kit.metrics import PORTAL
from receipt_parsers.errors import ReceiptError
from receipt_parsers.fetch import Fetched, converse
from receipt_parsers.registry import PRODUCTION, Registry

_PACED = frozenset(authority.code for authority in PRODUCTION)


class Portal:
    """The way to every authority of the registry."""

    def __init__(self, registry: Registry, client: httpx.AsyncClient, *, requests_per_s: int) -> None:
        self._registry = registry
        self._client = client
        self._gap_s = 1 / requests_per_s
        self._next_at: defaultdict[str, float] = defaultdict(float)
        self._locks: WeakValueDictionary[bytes, asyncio.Lock] = WeakValueDictionary()

    async def ask(self, authority: str, payload: bytes, *, with_gtins: bool) -> Fetched:
        """What the authority attests for the payload. Raises a ReceiptError."""
        await self._wait_turn(authority)
        conversation = self._registry.get(authority).enquire(payload, with_gtins=with_gtins)
        try:
            fetched = await converse(conversation, self._client)
        except ReceiptError as error:
            PORTAL.labels(authority, error.code).inc()
            raise
        PORTAL.labels(authority, "answered").inc()
        return fetched

    @contextlib.asynccontextmanager
    async def alone(self, payload_sha256: bytes) -> AsyncIterator[bool]:
        """Let only one at a time of this process ask about the same bytes; others with the number are not kept.

        Gives whether somebody else was asking about them, so that there may be an answer now.
        """
        lock = self._locks.setdefault(payload_sha256, asyncio.Lock())
        waited = lock.locked()
        async with lock:
            yield waited

    async def _wait_turn(self, authority: str) -> None:
        if authority not in _PACED:
            return
        now = asyncio.get_running_loop().time()
        turn = max(now, self._next_at[authority])
        self._next_at[authority] = turn + self._gap_s
        await asyncio.sleep(turn - now)
