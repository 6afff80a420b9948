"""The driver's own connection for a function of the hot path: one call, one round trip, one commit.

It is opened when it is first used and whenever it was lost, belongs to one writer, and steps down to the application's
role like every other.
"""

from collections.abc import Callable
from typing import Any

import asyncpg

from backend.kit.db import DatabaseUnavailable, connect, is_unavailable


class HotConnection:
    """One connection, used by one task at a time."""

    def __init__(self, url: str, *, announce: Callable[[str], None]) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self.announce = announce
        """Wakes whoever listens to a channel; call it after what they should notice was committed."""

    async def fetch(self, statement: str, *values: object) -> list[Any]:
        """The rows of a statement that is a transaction of its own. Raises DatabaseUnavailable."""
        try:
            if self._connection is None or self._connection.is_closed():
                self._connection = await connect(self._url)
            return list(await self._connection.fetch(statement, *values))
        except Exception as error:
            if not is_unavailable(error):
                raise
            await self.close()
            raise DatabaseUnavailable(retry_after_s=1) from error

    async def close(self) -> None:
        """Drop the connection, in whatever state it is."""
        if self._connection is not None:
            self._connection.terminate()
            self._connection = None
