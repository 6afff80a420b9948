"""The demo's tenants: a dairy brand whose products are sold in five shops that are not its own, and one of those shops.

Seeding twice changes nothing. Products and shops are those of the playground's slips.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns import service as campaigns
from backend.catalogue.service import add_product
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.members.models import Member
from backend.members.service import join
from backend.programmes.models import HostName, Outlet, Partner, Programme, Tenant
from backend.programmes.queries import tenant_by_slug
from receipt_parsers.playground.goods import MLEKARA_LIPA
from receipt_parsers.playground.shops import SHOPS

SLUG = "mlekara-lipa"
BRAND = "Mlekara Lipa"
NEIGHBOUR_SLUG = "perun-marketi"
NEIGHBOUR_HOST = "klub.perun-marketi.example"
_NEIGHBOUR = "Perun marketi"
_TIME_ZONE = "Europe/Belgrade"
_SHOPS = SHOPS[:5]
_YOGHURT_GTINS = ["9520101000033", "9520101000040", "9520101000101"]
_CHOCOLATE_MILK_GTIN = "9520101000071"

PROMOTIONS: list[dict[str, Any]] = [
    {
        "id": "svakih-100",
        "name": "Poen na svakih 100 dinara",
        "audience": "members",
        "conditions": [{"type": "basket_total", "min": "300.00"}],
        "benefit": {"type": "points", "every": "100.00", "points": "1"},
        "grant": {"as": "points"},
    },
    {
        "id": "lipa-brend",
        "name": "Lipa proizvodi: 10 % u poenima",
        "audience": "members",
        "items": {"brands": [BRAND]},
        "benefit": {"type": "points", "percent": "10"},
        "grant": {"as": "points"},
    },
    {
        "id": "jogurt-20",
        "name": "Jogurt donosi 20 poena",
        "audience": "members",
        "items": {"gtins": _YOGHURT_GTINS},
        "benefit": {"type": "points", "points": "20"},
        "grant": {"as": "points"},
    },
    {
        "id": "cokoladno-50",
        "name": "Čokoladno mleko donosi 50 poena",
        "audience": "members",
        "items": {"gtins": [_CHOCOLATE_MILK_GTIN]},
        "benefit": {"type": "points", "points": "50"},
        "grant": {"as": "points"},
    },
]


NEIGHBOUR_PROMOTIONS: list[dict[str, Any]] = [
    {
        "id": "svakih-50",
        "name": "Poen na svakih 50 dinara",
        "audience": "members",
        "benefit": {"type": "points", "every": "50.00", "points": "1"},
        "grant": {"as": "points"},
    },
]


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """The seeded tenant and its members, in the order of their numbers."""

    tenant_id: UUID
    members: list[Member]


async def seed(database: Database, *, members: int, key: bytes, now: datetime) -> DemoTenant:
    """The tenant with its programme, shops, products, promotions and so many members."""
    tenant, is_new = await _tenant(database, SLUG, BRAND, now)
    async with database.transaction(tenant.id) as session:
        if is_new:
            await _fill(session, tenant.id, now)
        joined = [await _member(session, tenant.id, number, key=key, now=now) for number in range(members)]
    return DemoTenant(tenant.id, joined)


async def seed_neighbour(database: Database, *, key: bytes, now: datetime) -> DemoTenant:
    """The second tenant, under a host name of its own, with one member: the person who is Mira in the first."""
    tenant, is_new = await _tenant(database, NEIGHBOUR_SLUG, _NEIGHBOUR, now)
    async with database.transaction(tenant.id) as session:
        if is_new:
            session.add(HostName(host=NEIGHBOUR_HOST, tenant_id=tenant.id))
            programme = await _programme(session, tenant.id, "perun", "Perun klub", now)
            await campaigns.start(
                session,
                tenant_id=tenant.id,
                programme_id=programme.id,
                code="dobrodosli",
                name="Dobro došli u Perun klub",
                promotions=NEIGHBOUR_PROMOTIONS,
                now=now,
            )
        joined = await _member(session, tenant.id, 0, key=key, now=now)
    return DemoTenant(tenant.id, [joined])


async def _tenant(database: Database, slug: str, name: str, now: datetime) -> tuple[Tenant, bool]:
    """The tenant of that slug, and whether it is new."""
    async with database.transaction(None) as session:
        found = await tenant_by_slug(session, slug)
        if found is not None:
            return found, False
        tenant = Tenant(id=new_id(), slug=slug, name=name, time_zone=_TIME_ZONE, language="sr-Latn", created_at=now)
        session.add(tenant)
    return tenant, True


async def _programme(session: AsyncSession, tenant_id: UUID, code: str, name: str, now: datetime) -> Programme:
    """A new programme, and the shops that count for it."""
    programme = Programme(tenant_id=tenant_id, code=code, name=name, currency="RSD", points_decimals=0, created_at=now)
    session.add(programme)
    await _shops(session, tenant_id, now)
    return programme


async def _fill(session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
    programme = await _programme(session, tenant_id, "lipa", "Lipa klub", now)
    for good in MLEKARA_LIPA:
        await add_product(
            session,
            tenant_id=tenant_id,
            sku=f"LIPA-{good.gtin[-4:-1] if good.gtin else good.name}",
            name=good.name,
            brand=BRAND,
            groups=["mlečni proizvodi"],
            gtins=[good.gtin] if good.gtin else [],
            slip_names=[],
            now=now,
        )
    await campaigns.start(
        session,
        tenant_id=tenant_id,
        programme_id=programme.id,
        code="dobrodosli",
        name="Dobro došli u Lipa klub",
        promotions=PROMOTIONS,
        now=now,
    )


async def _shops(session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
    partners = {
        shop.tax_id: Partner(tenant_id=tenant_id, id=new_id(), name=shop.name, tax_id=shop.tax_id, created_at=now)
        for shop in _SHOPS
    }
    session.add_all(partners.values())
    await session.flush()  # outlets point to them
    session.add_all(
        Outlet(
            tenant_id=tenant_id,
            code=shop.premises_id,
            name=shop.premises_name,
            partner_id=partners[shop.tax_id].id,
            premises_id=shop.premises_id,
            city=shop.city,
            time_zone=_TIME_ZONE,
            created_at=now,
        )
        for shop in _SHOPS
    )


def phone_of(number: int) -> str:
    """The phone number of a member, by its place."""
    return f"+38160{number:07}"


async def _member(session: AsyncSession, tenant_id: UUID, number: int, *, key: bytes, now: datetime) -> Member:
    names = ("Mira", "Petar")
    return await join(
        session,
        tenant_id=tenant_id,
        phone=phone_of(number),
        name=names[number] if number < len(names) else f"Član {number + 1}",
        language="sr-Latn",
        key=key,
        now=now,
    )
