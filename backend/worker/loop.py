"""The loop that claims due jobs, runs them side by side, keeps their leases and records what became of each.

It wakes when jobs are announced, when the next one is due, and every second at the latest. Jobs that succeeded are
recorded by the statement that claims the next ones, so a busy worker commits once for many. Told to stop, it takes
no new job, lets those that run come to their end, and hands back what takes too long for that.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import timedelta

from backend.kit.db import Database, DatabaseUnavailable
from backend.kit.jobs import CHANNEL, LEASE, GiveUp, Job, Retry, bury, hand_back, postpone, renew, turn
from backend.kit.metrics import JOBS
from backend.kit.wake import listening

Handler = Callable[[Job], Awaitable[None]]

CONCURRENCY = 16
CRASHES_MAX = 10
STOP_S = 20
"""How long a stopping worker waits for the jobs at work."""
_POLL_S = 1
_GATHER_S = 0.005
"""What ends and what is announced within this time is one turn's."""
_CRASH_DELAY = timedelta(seconds=5)
_LOG = logging.getLogger("paragon.worker")


class Worker:
    """Runs the jobs of the kinds that it has handlers for."""

    def __init__(self, database: Database, handlers: Mapping[str, Handler], *, url: str) -> None:
        self.database = database
        self._handlers = handlers
        self._url = url
        self._wake = asyncio.Event()
        self._stopping = False
        self._running: dict[asyncio.Task[None], Job] = {}
        self._succeeded: list[Job] = []

    def stop(self) -> None:
        """Take no further job; `run` returns when those at work are done."""
        self._stopping = True
        self._wake.set()

    async def run(self) -> None:
        """Work until told to stop; a database that is away is waited for."""
        leases = asyncio.get_running_loop().create_task(self._keep_leases())
        try:
            async with listening(self._url, CHANNEL, self._wake.set):
                while not self._stopping:
                    with _surviving("claim jobs"):
                        await self._start_due()
                    await self._idle()
                await self._settle_down(within_s=STOP_S)
                await self._hand_back()
                with contextlib.suppress(DatabaseUnavailable):
                    await self._turn(claims_max=0)
        finally:
            leases.cancel()

    async def run_due(self) -> int:
        """Run every job that is due now, and those that they cause, to their end; how many ran."""
        total = 0
        while started := await self._start_due():
            total += started
            await self._settle_down()
        return total

    async def _start_due(self) -> int:
        self._wake.clear()
        jobs = await self._turn(claims_max=CONCURRENCY - len(self._running))
        for job in jobs:
            task = asyncio.get_running_loop().create_task(self._run_one(job))
            self._running[task] = job
            task.add_done_callback(self._done)
        return len(jobs)

    async def _turn(self, *, claims_max: int) -> list[Job]:
        """Record the jobs that succeeded and claim others at once; a failed turn leaves both for the next."""
        succeeded = list(self._succeeded)
        if not succeeded and claims_max <= 0:
            return []
        jobs = await turn(self.database, succeeded, list(self._handlers), limit=max(claims_max, 0))
        del self._succeeded[: len(succeeded)]
        return jobs

    def _done(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()

    async def _idle(self) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), _POLL_S)
            await asyncio.sleep(_GATHER_S)

    async def _settle_down(self, *, within_s: float | None = None) -> None:
        if self._running:
            await asyncio.wait(list(self._running), timeout=within_s)

    async def _hand_back(self) -> None:
        """Cut the jobs that still run, whose transactions roll back, and let another worker have them at once."""
        left = dict(self._running)
        if not left:
            return
        for task in left:
            task.cancel()
        await asyncio.wait(list(left))
        cut = [job for task, job in left.items() if task.cancelled()]
        with contextlib.suppress(DatabaseUnavailable):
            async with self.database.transaction(None) as session:
                await hand_back(session, cut)

    async def _run_one(self, job: Job) -> None:
        """Run the handler and record the outcome; if even that fails, the lease runs out and the job comes again."""
        begun = time.perf_counter()
        outcome, reason = await self._outcome(job)
        JOBS.labels(job.kind, outcome).inc()
        fields = {
            "job": str(job.id),
            "kind": job.kind,
            "outcome": outcome,
            "reason": reason,
            "attempts": job.attempts,
            "ms": round((time.perf_counter() - begun) * 1000),
            "tenant": str(job.tenant_id),
        }
        _LOG.info("job", extra={"fields": fields})

    async def _outcome(self, job: Job) -> tuple[str, str | None]:
        try:
            await self._handlers[job.kind](job)
        except Retry as wish:
            await self._record(postpone, job, wish.reason, wish.delay)
            return "retry", wish.reason
        except GiveUp as end:
            await self._record(bury, job, end.reason)
            return "dead", end.reason
        except DatabaseUnavailable as error:
            await self._record(postpone, job, error.code, _CRASH_DELAY)
            return "unavailable", error.code
        except Exception as error:  # noqa: BLE001 (whatever a handler does, its job must not be lost)
            _LOG.error("job failed", exc_info=error, extra={"fields": {"job": str(job.id), "kind": job.kind}})
            await self._record_crash(job, type(error).__name__)
            return "crashed", type(error).__name__
        self._succeeded.append(job)
        return "done", None

    async def _record_crash(self, job: Job, reason: str) -> None:
        if job.attempts >= CRASHES_MAX:
            await self._record(bury, job, reason)
        else:
            await self._record(postpone, job, reason, _CRASH_DELAY * job.attempts)

    async def _record(self, verb: Callable[..., Awaitable[None]], job: Job, *details: object) -> None:
        with _surviving(f"{verb.__name__} job {job.id}"):
            async with self.database.transaction(None) as session:
                await verb(session, job, *details)

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(LEASE.total_seconds() / 3)
            with _surviving("renew leases"):
                await renew(self.database, [*self._running.values(), *self._succeeded])


@contextlib.contextmanager
def _surviving(what: str) -> Iterator[None]:
    """Go on after a failure; the database being away is expected and not worth a trace."""
    try:
        yield
    except DatabaseUnavailable:
        _LOG.warning("the database is away: cannot %s", what)
    except Exception:  # noqa: BLE001 (the worker outlives whatever it is)
        _LOG.exception("cannot %s", what)
