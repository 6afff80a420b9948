"""A real PostgreSQL for every test: one server a run, one migrated database a worker, a fresh tenant a test."""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest

from backend.kit.db import Database
from backend.kit.embedded import EmbeddedServer, running_server
from backend.migrations.runner import upgrade


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    """The run's server, shared by its workers; the last one out stops it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with running_server(Path(shared) / "data", settings={"fsync": "off"}) as running:
        yield running


@pytest.fixture(scope="session")
async def database_name(server: EmbeddedServer) -> str:
    """The worker's own database, migrated once."""
    name = f"test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    connection = await asyncpg.connect(server.owner_url)
    try:
        await connection.execute(f"drop database if exists {name}")
        await connection.execute(f"create database {name}")
    finally:
        await connection.close()
    await upgrade(server.url(role="paragon_owner", database=name))
    return name


@pytest.fixture
def owner_url(server: EmbeddedServer, database_name: str) -> str:
    return server.url(role="paragon_owner", database=database_name)


@pytest.fixture
def app_url(server: EmbeddedServer, database_name: str) -> str:
    return server.url(role="paragon_app", database=database_name)


@pytest.fixture
async def database(app_url: str, owner_url: str) -> AsyncIterator[Database]:
    """The application's database with no job and no authority's answer left from another test."""
    connection = await asyncpg.connect(owner_url)
    try:
        await connection.execute("truncate job, fiscal_answer")
    finally:
        await connection.close()
    opened = Database(app_url, connections_max=20)
    try:
        yield opened
    finally:
        await opened.close()
