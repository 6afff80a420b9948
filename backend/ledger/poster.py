"""Posts what many ask for at once: whoever comes while a batch is being written goes into the next one.

One statement and one commit for all of them is several times cheaper than one for each, above all where they concern one
wallet, whose lock each would wait for. An answer is given after its commit.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from backend.kit.batching import Batcher
from backend.kit.db import Database
from backend.ledger.errors import LedgerRefusal
from backend.ledger.posting import Posted, Posting, post

BATCH_MAX = 256
WAITING_MAX = 4096
_PATIENCE_S = 10.0


class Poster:
    """Posts for one tenant; `close` waits until what was taken is written."""

    def __init__(self, database: Database, tenant_id: UUID, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._tenant_id = tenant_id
        self._clock = clock
        self._batches = Batcher[Posting, Posted | LedgerRefusal](
            self._write,
            # Two of one reference must not share a batch that is written by halves: the second is to find the first.
            keys=lambda posting: (posting.reference,),
            batch_max=BATCH_MAX,
            waiting_max=WAITING_MAX,
            patience_s=_PATIENCE_S,
        )

    async def post(self, posting: Posting) -> Posted:
        """Post one event; a refusal is raised.

        Raises TooBusy when too many wait, and DatabaseUnavailable, after which the posting may still come to be.
        """
        answer = await self._batches.put(posting)
        if isinstance(answer, LedgerRefusal):
            raise answer
        return answer

    async def close(self) -> None:
        """Wait until what was taken is written."""
        await self._batches.close()

    async def _write(self, postings: Sequence[Posting]) -> Sequence[Posted | LedgerRefusal]:
        async with self._database.transaction(self._tenant_id) as session:
            return await post(session, self._tenant_id, postings, now=self._clock())
