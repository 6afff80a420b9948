"""Locks between processes that the kernel lets go when their holder dies, and waiting that always ends.

They are released by name, not by closing: a process forked by another thread at that moment holds a copy of the
descriptor for an instant and must not delay the release.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.kit.embedded.errors import FolderNotOurs, ServerBusy

POLL_S = 0.02
BUSY_S = 180


def wait_until(condition: Callable[[], bool], *, within_s: float) -> bool:
    """Whether the condition came true in time; it is asked at least once."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_S)
    return True


class LockFile:
    """An open lock file (or folder). Two of one path exclude each other even inside one process."""

    def __init__(self, handle: int) -> None:
        self.handle = handle

    def try_exclusive(self) -> bool:
        """Take it alone, at once or not at all; a shared hold of this very object is traded in."""
        try:
            fcntl.flock(self.handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def share(self) -> None:
        """Hold it together with others."""
        fcntl.flock(self.handle, fcntl.LOCK_SH)

    def release(self) -> None:
        """Let it go; twice does nothing."""
        fcntl.flock(self.handle, fcntl.LOCK_UN)


@contextmanager
def lock_file(path: Path) -> Iterator[LockFile]:
    """Open the lock, a file that is made if absent or a folder, without taking it. A link is refused."""
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR | os.O_CREAT
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        raise FolderNotOurs(path, error.strerror) from error
    try:
        yield LockFile(handle)
    finally:
        os.close(handle)


@contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Alone with this lock file or folder; raises `ServerBusy` rather than wait for a holder that hangs."""
    with lock_file(path) as lock:
        if not wait_until(lock.try_exclusive, within_s=BUSY_S):
            raise ServerBusy(f"Another process has held {path} for {BUSY_S} seconds; see whether it hangs.")
        try:
            yield
        finally:
            lock.release()
