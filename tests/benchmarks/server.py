"""A PostgreSQL of the benchmark's own, with PostgreSQL's own settings, gone with all its data afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg

from backend.kit.embedded import EmbeddedServer, erase_server, running_server

MEMORY = Path("/dev/shm")


@contextmanager
def temporary_server(parent: Path | None = None) -> Iterator[tuple[EmbeddedServer, Path]]:
    """The server and its data directory, in the folder or on the disk that holds temporary files."""
    data_dir = Path(tempfile.mkdtemp(prefix="paragon-bench-", dir=parent))
    if parent is not None:
        data_dir.chmod(0o711)  # else the server's own user would be sent to another disk
    try:
        with running_server(data_dir) as server:
            yield server, data_dir
    finally:
        erase_server(data_dir)
        shutil.rmtree(data_dir)


async def server_version(owner_url: str) -> str:
    """As the server tells it, such as 18.1."""
    connection = await asyncpg.connect(owner_url)
    try:
        return str(await connection.fetchval("show server_version"))
    finally:
        await connection.close()


async def execute(owner_url: str, statement: str) -> None:
    """Run one statement that stands in no transaction."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
