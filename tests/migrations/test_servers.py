"""The product runs on a server of yours: with one login for all or with one that migrates and one that serves."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from backend.kit.embedded import EmbeddedServer, erase_server, running_server
from backend.migrations.runner import upgrade
from backend.postgres import DatabaseUrls, check_server, make_ready
from tests.fixtures.world import YOGHURT_AND_MILK_POINTS, OpenWorld
from tests.migrations.conftest import fresh_database


@dataclass(frozen=True)
class Logins:
    """The way into a server for each of its logins; `admin` is its superuser."""

    url: str
    admin: str
    version: int

    def of(self, login: str, database: str = "postgres") -> str:
        return self.url.format(login=login, database=database)


@pytest.fixture(params=[pytest.param("oldest", marks=pytest.mark.soak), "newest"])
def server_of_yours(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Logins]:
    """PostgreSQL 15, or 18 with roles of its own."""
    if request.param == "oldest":
        folder = request.getfixturevalue("oldest_server")
        yield Logins(f"postgresql://{{login}}@/{{database}}?host={folder}", "admin", 15)
        return
    try:
        with running_server(tmp_path, settings={"fsync": "off"}) as own:
            yield Logins(template(own), "paragon_owner", 18)
    finally:
        erase_server(tmp_path)


def template(server: EmbeddedServer) -> str:
    return server.url(role="LOGIN", database="DATABASE").replace("LOGIN", "{login}").replace("DATABASE", "{database}")


@pytest.fixture(params=["one login", "two logins"])
async def urls(request: pytest.FixtureRequest, server_of_yours: Logins) -> AsyncIterator[DatabaseUrls]:
    """A migrated database, as the runbook says how to make it."""
    admin_url = server_of_yours.of(server_of_yours.admin)
    if request.param == "one login":
        async with fresh_database(admin_url) as name:
            url = server_of_yours.of(server_of_yours.admin, name)
            await upgrade(url)
            yield DatabaseUrls(url, url, embedded=False)
        return
    await prepare_roles(admin_url)
    async with fresh_database(admin_url, "owner", "shop_owner") as name:
        owner = server_of_yours.of("shop_owner", name)
        await upgrade(owner)
        yield DatabaseUrls(server_of_yours.of("shop_app", name), owner, embedded=False)


async def prepare_roles(admin_url: str) -> None:
    admin = await asyncpg.connect(admin_url)
    try:
        for role in ("paragon_app", "paragon_definer"):
            if not await admin.fetchval("select count(*) from pg_roles where rolname = $1", role):
                await admin.execute(f"create role {role} nologin")
        await admin.execute("create role shop_owner login; create role shop_app login")
        await admin.execute("grant paragon_app, paragon_definer to shop_owner; grant paragon_app to shop_app")
    finally:
        await admin.close()


@pytest.fixture
def owner_url(urls: DatabaseUrls) -> str:
    return urls.owner


@pytest.fixture
def app_url(urls: DatabaseUrls) -> str:
    return urls.app


async def test_a_receipt_is_settled_on_a_server_of_yours(
    urls: DatabaseUrls, open_world: OpenWorld, server_of_yours: Logins
) -> None:
    await make_ready(urls)
    world = await open_world()
    slip = await world.slip()
    receipt_id = await world.mira.accepted(slip["payload"])
    await world.worker.run_due()
    assert (await world.mira.receipt(receipt_id))["state"] == "settled"
    assert await world.mira.points() == YOGHURT_AND_MILK_POINTS
    assert await check_server(urls.owner) == server_of_yours.version
