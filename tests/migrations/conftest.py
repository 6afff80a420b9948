"""A database of its own for each test that moves its shape, and a PostgreSQL 15 beside the embedded server."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from backend.kit.embedded import EmbeddedServer
from backend.kit.embedded.account import server_account
from backend.migrations.runner import upgrade

OLDEST = Path("/usr/lib/postgresql/15/bin")


@contextlib.asynccontextmanager
async def fresh_database(admin_url: str, *options: str) -> AsyncIterator[str]:
    """The name of a database made on that server with those options; it goes with the block."""
    name = f"fresh_{uuid4().hex}"
    admin = await asyncpg.connect(admin_url)
    try:
        await admin.execute(" ".join(["create database", name, *options]))
        try:
            yield name
        finally:
            await admin.execute(f"drop database {name} with (force)")
    finally:
        await admin.close()


@pytest.fixture
async def empty_url(server: EmbeddedServer) -> AsyncIterator[str]:
    """The owner's way to an empty database of this test alone."""
    async with fresh_database(server.owner_url) as name:
        yield server.url(role="paragon_owner", database=name)


@pytest.fixture(scope="session")
async def template(server: EmbeddedServer) -> AsyncIterator[str]:
    """A migrated database to copy, which nobody may enter."""
    async with fresh_database(server.owner_url) as name:
        await upgrade(server.url(role="paragon_owner", database=name))
        yield name


@pytest.fixture
async def migrated_url(server: EmbeddedServer, template: str) -> AsyncIterator[str]:
    """The owner's way to a migrated database of this test alone."""
    async with fresh_database(server.owner_url, "template", template) as name:
        yield server.url(role="paragon_owner", database=name)


@pytest.fixture(scope="session")
def oldest_server() -> Iterator[Path]:
    """The socket folder of a PostgreSQL 15, the oldest that is supported; its superuser is `admin`."""
    if not OLDEST.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail("PostgreSQL 15 is not installed (apt-get install postgresql-15), and CI must try it")
        pytest.skip("PostgreSQL 15 is not installed here: apt-get install postgresql-15")
    account = server_account()
    folder = Path(tempfile.mkdtemp(prefix="paragon-15-"))
    os.chown(folder, account.uid, account.gid)
    options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
    control: list[str | Path] = [OLDEST / "pg_ctl", "-D", folder / "data", "-w"]
    try:
        made = account.run([OLDEST / "initdb", "-D", folder / "data", "-U", "admin", "-A", "trust", "-E", "UTF8"])
        assert made.returncode == 0, made.stderr
        started = account.run([*control, "-l", folder / "log", "-o", options, "start"], cwd=folder)
        assert started.returncode == 0, started.stdout
        yield folder
    finally:
        account.run([*control, "-m", "fast", "stop"], cwd=folder)
        shutil.rmtree(folder)
