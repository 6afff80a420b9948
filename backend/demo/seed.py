"""The demo's tenant: a dairy brand whose products are sold in five shops that are not its own.

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
from backend.programmes.models import Outlet, Partner, Programme, Tenant
from backend.programmes.queries import tenant_by_slug
from receipt_parsers.playground.goods import MLEKARA_LIPA
from receipt_parsers.playground.shops import SHOPS

SLUG = "mlekara-lipa"
BRAND = "Mlekara Lipa"
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


@dataclass(frozen=True, slots=True)
class DemoTenant:
    """The seeded tenant and its members, in the order of their numbers."""

    tenant_id: UUID
    members: list[Member]


async def seed(database: Database, *, members: int, key: bytes, now: datetime) -> DemoTenant:
    """The tenant with its programme, shops, products, promotions and so many members."""
    async with database.transaction(None) as session:
        tenant = await tenant_by_slug(session, SLUG)
        is_new = tenant is None
        if tenant is None:
            tenant = Tenant(
                id=new_id(), slug=SLUG, name=BRAND, time_zone=_TIME_ZONE, language="sr-Latn", created_at=now
            )
            session.add(tenant)
    async with database.transaction(tenant.id) as session:
        if is_new:
            await _fill(session, tenant.id, now)
        joined = [await _member(session, tenant.id, number, key=key, now=now) for number in range(members)]
    return DemoTenant(tenant.id, joined)


async def _fill(session: AsyncSession, tenant_id: UUID, now: datetime) -> None:
    programme = Programme(
        tenant_id=tenant_id, code="lipa", name="Lipa klub", currency="RSD", points_decimals=0, created_at=now
    )
    session.add(programme)
    await _shops(session, tenant_id, now)
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


async def _member(session: AsyncSession, tenant_id: UUID, number: int, *, key: bytes, now: datetime) -> Member:
    names = ("Mira", "Petar")
    return await join(
        session,
        tenant_id=tenant_id,
        phone=f"+38160{number:07}",
        name=names[number] if number < len(names) else f"Član {number + 1}",
        language="sr-Latn",
        key=key,
        now=now,
    )
