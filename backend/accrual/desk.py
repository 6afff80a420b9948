"""Where a process takes submissions: the rules it decides by in memory, and the writer that claims what was decided."""

from collections.abc import Callable, Sequence
from datetime import datetime

from backend.accrual.rules import RuleBook
from backend.kit.batching import Batcher
from backend.kit.db import Database
from backend.kit.hot import HotConnection
from backend.receipts.claims import BATCH_MAX, Submission, Verdict, claim

WAITING_MAX = 2_048
PATIENCE_S = 5


class Desk:
    """Made once for a process; `pending_max` is the installation's limit of a member's undecided receipts."""

    def __init__(
        self, database: Database, connection: HotConnection, *, pending_max: int, clock: Callable[[], datetime]
    ) -> None:
        self.database = database
        self.rules = RuleBook(database)
        self.pending_max = pending_max
        self._connection = connection
        self.clock = clock
        self._batcher: Batcher[Submission, Verdict] = Batcher(
            self._claim,
            keys=Submission.concerns,
            batch_max=BATCH_MAX,
            waiting_max=WAITING_MAX,
            patience_s=PATIENCE_S,
        )

    async def claim(self, submission: Submission) -> Verdict:
        """What became of the submission, once that is committed. Raises TooBusy or DatabaseUnavailable."""
        return await self._batcher.put(submission)

    async def close(self) -> None:
        """Finish what was taken, and let the connection go."""
        await self._batcher.close()
        await self._connection.close()

    async def _claim(self, batch: Sequence[Submission]) -> Sequence[Verdict]:
        return await claim(self._connection, batch, now=self.clock())
