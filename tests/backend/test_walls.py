"""No tenant sees another's rows, whatever SQL it says: row-level security is the wall behind every query."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from backend.catalogue.matching.linking import link
from backend.kit.audit import Actor
from backend.kit.clock import utc_now
from backend.kit.db import Database, connect, driver
from backend.kit.embedded import running_server
from backend.kit.ids import new_id
from backend.ledger import service as ledger
from backend.ledger.digital_card import cards_of
from backend.ledger.seals import seal
from backend.passes.apple_devices import register
from backend.passes.service import issue
from backend.postgres import DatabaseRefused, check_role
from receipt_parsers.playground.shops import SHOPS
from tests.fixtures.campaigns import one_of_each
from tests.fixtures.cards import one_card_of_each
from tests.fixtures.sign_in import Phone
from tests.fixtures.staff import PASSWORD, enrol
from tests.fixtures.tables import walled_tables
from tests.fixtures.world import KEY, YOGHURT_AND_MILK, OpenWorld, World


@pytest.fixture
async def two_worlds(open_world: OpenWorld) -> tuple[World, World]:
    """Two tenants with a row in every table that they own."""
    worlds = (await open_world(), await open_world())
    for world in worlds:
        slip = await world.issue(
            shop=SHOPS[0].premises_id, items=[*YOGHURT_AND_MILK, {"gtin": "9520202000017", "quantity": 1}]
        )
        answer = await world.mira.scan(slip["payload"], **{"Idempotency-Key": "once"})
        assert answer.status_code == 202
        phone = Phone(world)
        tokens = await phone.sign_in()
        device = {"kind": "fid", "value": "cVw8kq0WTpKp2dN5xQe1aB"}
        registered = await world.client(tokens["access"]).put(f"/devices/{new_id()}", json=device)
        assert registered.status_code == 204
        assert (await phone.ask()).status_code == 202
        await world.worker.run_due()
        async with world.database.transaction(world.tenant_id) as session:
            await link(session, Actor(world.tenant_id, None), text="JOG. 180", sku="LIPA-9520101000040", now=utc_now())
        await world.mira.accepted((await world.issue(refund_of=slip["fiscal_id"]))["payload"])
        await world.worker.run_due()
        ana = await enrol(world, "owner")
        login = {"email": ana.email, "password": PASSWORD, "code": ana.recovery_codes[0], "tenant": world.tenant_id.hex}
        signed_in = await world.client().post("/staff/login", json=login)
        assert signed_in.status_code == 200
        owner = world.client(signed_in.json()["token"])
        file = {"file": b"sku;name;price\nK;Kafa;499,00\n"}
        assert (await owner.post("/staff/catalogue/imports", files=file)).status_code == 202
        await world.worker.run_due()
        await one_of_each(world)
        await hold_and_seal(world)
        await one_card_of_each(world, "1900" if world is worlds[0] else "1800")
        await a_registered_pass(world)
    return worlds


async def hold_and_seal(world: World) -> None:
    now = utc_now()
    purse: dict[str, Any] = {"programme_id": world.programme_id, "member_id": world.petar.id}
    async with world.database.transaction(world.tenant_id) as session:
        actor = Actor(world.tenant_id, None)
        await ledger.adjust(session, actor, **purse, points=2, reason="case", reference="case:1", now=now)
        until = now + timedelta(hours=1)
        await ledger.hold(
            session, tenant_id=world.tenant_id, **purse, points=1, reference="hold:1", expires_at=until, now=now
        )
    assert await seal(world.database, world.tenant_id) == 1


async def a_registered_pass(world: World) -> None:
    tenant_id, now = world.tenant_id, utc_now()
    async with world.database.transaction(tenant_id) as session:
        (card,) = await cards_of(session, tenant_id, world.mira.id, now)
        await issue(session, tenant_id, card, now=now)
        await register(
            session,
            tenant_id=tenant_id,
            pass_id=card.serial,
            device="phone",
            push_token="aa01",
            key=KEY.encode(),
            now=now,
        )


async def tenants_seen(database: Database, tenant_id: UUID | None, tables: list[str]) -> dict[str, set[UUID]]:
    async with database.transaction(tenant_id) as session:
        raw = await driver(session)
        rows = {table: await raw.fetch(f"select * from {table}") for table in tables}  # noqa: S608 (our tables)
    return {table: {row["tenant_id"] for row in found} for table, found in rows.items()}


@pytest.fixture
async def tables(owner_url: str) -> list[str]:
    connection = await asyncpg.connect(owner_url)
    try:
        return await walled_tables(connection)
    finally:
        await connection.close()


async def test_a_raw_select_shows_the_rows_of_its_tenant_alone(
    two_worlds: tuple[World, World], tables: list[str]
) -> None:
    for world in two_worlds:
        seen = await tenants_seen(world.database, world.tenant_id, tables)
        empty = [table for table, tenants in seen.items() if not tenants]
        assert empty == [], "a table without a row proves nothing"
        assert seen == {table: {world.tenant_id} for table in tables}


async def test_a_connection_that_served_a_tenant_shows_nothing_afterwards(
    two_worlds: tuple[World, World], app_url: str, tables: list[str]
) -> None:
    tenant_id = two_worlds[0].tenant_id
    one = Database(app_url, connections_max=1)
    try:
        assert (await tenants_seen(one, tenant_id, ["member"]))["member"] == {tenant_id}
        async with one.engine.connect() as connection:
            raw: Any = (await connection.get_raw_connection()).driver_connection
            assert await raw.fetchval("select current_setting('app.tenant', true)") == ""
            counts = [await raw.fetchval(f"select count(*) from {table}") for table in tables]  # noqa: S608 (our tables)
        assert set(counts) == {0}
        assert set.union(*(await tenants_seen(one, None, tables)).values()) == set()
    finally:
        await one.close()


async def test_a_row_of_another_tenant_cannot_be_written(two_worlds: tuple[World, World]) -> None:
    one, other = two_worlds
    async with one.database.transaction(other.tenant_id) as session:
        (member_id,) = await (await driver(session)).fetchrow("select id from member limit 1")
    async with one.database.transaction(one.tenant_id) as session:
        raw = await driver(session)
        assert await raw.execute("update member set name = 'x' where id = $1", member_id) == "UPDATE 0"
        assert (
            await raw.execute("update receipt set state = 'refused' where tenant_id = $1", other.tenant_id)
            == "UPDATE 0"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await raw.execute(
                "insert into partner (tenant_id, id, name, tax_id, created_at) values ($1, gen_random_uuid(), '', '', now())",
                other.tenant_id,
            )
        await session.rollback()


async def test_a_login_with_more_rights_serves_without_them(owner_url: str) -> None:
    connection = await connect(owner_url)
    try:
        assert await connection.fetchval("select session_user") == "paragon_owner"
        await connection.execute("reset role")
        assert await connection.fetchval("select current_user") == "paragon_app"
    finally:
        await connection.close()


async def test_the_applications_role_has_no_right_that_passes_the_wall(app_url: str) -> None:
    await check_role(app_url)
    connection = await connect(app_url)
    try:
        role = await connection.fetchrow(
            "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication from pg_roles "
            "where rolname = current_user"
        )
        owned = await connection.fetchval(
            "select count(*) from pg_class where relnamespace = 'public'::regnamespace "
            "and pg_has_role(current_user, relowner, 'usage')"
        )
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("create table mine (id int)")
    finally:
        await connection.close()
    assert not any(role.values())
    assert owned == 0


async def test_a_role_that_the_wall_does_not_hold_is_refused(tmp_path: Path) -> None:
    with running_server(tmp_path, settings={"fsync": "off"}) as own:
        admin = await asyncpg.connect(own.owner_url)
        try:
            for right in ("bypassrls", "superuser"):
                await admin.execute(f"alter role paragon_app {right}")
                with pytest.raises(DatabaseRefused):
                    await check_role(own.app_url)
                await admin.execute(f"alter role paragon_app no{right}")
            await check_role(own.app_url)
            await admin.execute("create table theirs (id int); alter table theirs owner to paragon_app")
            with pytest.raises(DatabaseRefused):
                await check_role(own.app_url)
        finally:
            await admin.close()
