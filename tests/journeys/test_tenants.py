"""Many tenants on one installation, each from its file: brands without tills, chains with thirty shops, no data across."""

import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from backend.accrual.queries import settlement
from backend.analytics.usage import usage
from backend.kit.clock import utc_now
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.programmes.errors import TenantNotFound
from backend.programmes.queries import outlets, programme, tenant_at, tenant_by_slug
from backend.programmes.tenant_file import read_tenant_file
from backend.receipts.queries import submitted_receipt
from backend.staff.setup import TenantChangedMeanwhile, apply_setup, plan_setup
from receipt_parsers.playground.shops import SHOPS, Shop
from tests.fixtures.staff import hire
from tests.fixtures.world import PROMOTIONS, YOGHURT_AND_MILK, World

HUNDREDS = PROMOTIONS[:1]
Settle = Callable[..., Awaitable[World]]


def described(slug: str, *, shops: tuple[Shop, ...] = (), more: str = "", settings: str = "") -> bytes:
    """A tenant's file with so many shops."""
    partners = "".join(
        f'[[partner]]\nname = "{tax_id}"\ntax_id = "{tax_id}"\n'
        + "".join(
            f'[[partner.outlet]]\ncode = "{shop.premises_id}"\nname = "S"\npremises_id = "{shop.premises_id}"\ncity = "C"\n'
            for shop in shops
            if shop.tax_id == tax_id
        )
        for tax_id in dict.fromkeys(shop.tax_id for shop in shops)
    )
    return (
        f'[tenant]\nslug = "{slug}"\nname = "T"\ntime_zone = "Europe/Belgrade"\nlanguage = "en"\n'
        f'hosts = ["{slug}.example"]\n[settings]\n{settings}\n'
        f'[[programme]]\ncode = "p"\nname = "P"\ncurrency = "RSD"\n{partners}{more}'
    ).encode()


async def applied(database: Database, content: bytes) -> UUID:
    """The tenant that the file describes, as `paragon tenant apply` leaves it."""
    file = read_tenant_file(content)
    async with database.transaction(None) as session:
        tenant = await tenant_by_slug(session, file.tenant.slug)
    tenant_id = tenant.id if tenant else new_id()
    async with database.transaction(tenant_id) as session:
        shown = await plan_setup(session, tenant, file)
        await apply_setup(session, tenant_id, file, shown=shown, now=utc_now())
    return tenant_id


@pytest.fixture
def slug() -> str:
    return f"t-{uuid4().hex}"


@pytest.fixture
def settle(world: World) -> Settle:
    """Sets a tenant up from a file, on the installation that serves the world, with one member."""

    async def settled(content: bytes) -> World:
        tenant_id = await applied(world.database, content)
        async with world.database.transaction(tenant_id) as session:
            own = await programme(session, tenant_id)
        await world.clients.enter_async_context(clients := contextlib.AsyncExitStack())
        other = replace(world, tenant_id=tenant_id, programme_id=own.id, members=[], clients=clients)
        await other.campaign("welcome", HUNDREDS)
        await other.join()
        return other

    return settled


async def test_inf_20_inf_21_a_brand_without_tills_takes_receipts_of_any_seller_and_till(
    settle: Settle, slug: str
) -> None:
    brand = await settle(described(slug))
    shops = SHOPS[:4]
    assert len({shop.tax_id for shop in shops}) >= 3
    assert len({shop.esir for shop in shops}) >= 3
    given = set()
    for shop in shops:
        slip = await brand.issue(shop=shop.premises_id, items=YOGHURT_AND_MILK)
        receipt = await brand.mira.accepted(slip["payload"])
        await brand.worker.run_due()
        given.add((await brand.mira.receipt(receipt))["points"])
    assert given == {"3"}
    assert await brand.mira.points() == 3 * len(shops)


async def test_lty_50_lty_52_clients_of_one_installation_share_no_data(settle: Settle, slug: str) -> None:
    bakery, wholesale = await settle(described(slug)), await settle(described(f"{slug}-w"))
    slip = await bakery.slip()
    for tenant in (bakery, wholesale):
        await tenant.mira.accepted(slip["payload"])
    await bakery.worker.run_due()
    assert (await bakery.mira.points(), await wholesale.mira.points()) == (3, 3)
    (theirs,) = (await wholesale.mira.api.get("/receipts")).json()["receipts"]
    assert (await bakery.mira.api.get(f"/receipts/{theirs['id']}")).status_code == 404
    owner = await hire(bakery, "owner")
    (row,) = (await owner.api.get("/staff/receipts")).json()["receipts"]
    assert row["member"] == str(bakery.mira.id)
    assert (await owner.api.get(f"/staff/receipts/{theirs['id']}")).status_code == 404
    assert (await owner.api.get(f"/staff/members/{wholesale.mira.id}")).status_code == 404
    async with bakery.database.transaction(bakery.tenant_id) as session:
        assert await settlement(session, wholesale.tenant_id, UUID(theirs["id"])) is None


async def test_lty_51_a_chain_of_thirty_outlets_is_one_tenant(settle: Settle, slug: str) -> None:
    chain = tuple(replace(SHOPS[0], premises_id=f"{number}") for number in range(29)) + SHOPS[:1]
    tenant = await settle(described(slug, shops=chain))
    owner = await hire(tenant, "owner")
    listed = (await owner.api.get("/staff/outlets")).json()
    assert len(listed) == 30
    receipt = await tenant.mira.accepted((await tenant.slip())["payload"])
    await tenant.worker.run_due()
    (own,) = [row["id"] for row in listed if row["premises_id"] == SHOPS[0].premises_id]
    assert (await owner.api.get(f"/staff/receipts/{receipt}")).json()["receipt"]["outlet"] == own


async def test_a_closed_outlet_keeps_what_was_bought_there_before_and_gets_nothing_more(
    settle: Settle, slug: str
) -> None:
    tenant = await settle(described(slug, shops=SHOPS[:1]))
    before = (await tenant.slip())["payload"]
    await tenant.rows("select pg_sleep(0.002)")
    await applied(tenant.database, described(slug))
    after = (await tenant.slip())["payload"]
    ids = [await tenant.mira.accepted(payload) for payload in (before, after)]
    await tenant.worker.run_due()
    async with tenant.database.transaction(tenant.tenant_id) as session:
        (outlet,) = await outlets(session, tenant.tenant_id)
        rows = [await submitted_receipt(session, tenant.tenant_id, UUID(one)) for one in ids]
    assert outlet.closed_at is not None
    assert [(row.state, row.outlet_id) for row in rows] == [("settled", outlet.id), ("settled", None)]


async def test_inf_44_a_tenants_setting_goes_before_the_installations(settle: Settle, slug: str) -> None:
    tenant = await settle(described(slug, settings="pending_receipts_max = 1"))
    await tenant.mira.accepted((await tenant.slip())["payload"])
    refused = await tenant.mira.scan((await tenant.slip())["payload"])
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-receipts")


async def test_a_tenant_is_found_by_its_host_and_elsewhere_by_its_slug(database: Database, slug: str) -> None:
    one, other = await applied(database, described(slug)), await applied(database, described(f"{slug}-o"))
    async with database.transaction(None) as session:
        assert (await tenant_at(session, host=f"{slug.upper()}.example:443", slug=None)).id == one
        assert (await tenant_at(session, host=f"{slug}.example", slug=slug)).id == one
        assert (await tenant_at(session, host="localhost:8000", slug=f"{slug}-o")).id == other
        for host, named in ((f"{slug}.example", f"{slug}-o"), ("localhost", None), ("localhost", "nobody")):
            with pytest.raises(TenantNotFound):
                await tenant_at(session, host=host, slug=named)


async def test_inf_44_a_plan_that_no_longer_holds_is_not_applied(database: Database, slug: str) -> None:
    first = read_tenant_file(described(slug))
    async with database.transaction(None) as session:
        shown = await plan_setup(session, None, first)
    tenant_id = await applied(database, described(slug, shops=SHOPS[:1]))

    async def late(own: UUID) -> None:
        async with database.transaction(own) as session:
            await apply_setup(session, own, first, shown=shown, now=utc_now())

    for own in (new_id(), tenant_id):
        with pytest.raises(TenantChangedMeanwhile):
            await late(own)
    async with database.transaction(tenant_id) as session:
        assert [outlet.closed_at for outlet in await outlets(session, tenant_id)] == [None]


async def test_lty_50_what_a_tenant_uses_is_counted_by_its_own_months(settle: Settle, slug: str) -> None:
    tenant, quiet = await settle(described(slug)), await settle(described(f"{slug}-q"))
    await tenant.mira.accepted((await tenant.slip())["payload"])
    await tenant.worker.run_due()
    for turn, table in (("2026-01-31 22:59:59+00", "member"), ("2026-01-31 23:00:00+00", "receipt")):
        await tenant.rows(f"update {table} set created_at = '{turn}' where tenant_id = :tenant returning id")  # noqa: S608
    counted = []
    for one in (tenant, quiet):
        async with one.database.transaction(one.tenant_id) as session:
            counted.append(await usage(session, one.tenant_id, time_zone="Europe/Belgrade"))
    assert [one.total for one in counted] == [
        {"members": 1, "receipts": 1, "messages": 1},
        {"members": 1, "receipts": 0, "messages": 0},
    ]
    months = counted[0].months
    assert (months["2026-01"]["members"], months["2026-02"]["receipts"]) == (1, 1)
    assert list(months) == sorted(months, reverse=True)
