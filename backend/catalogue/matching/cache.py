"""The compiled products of the tenants that were served last, in this process.

An index is replaced whole when the catalogue's version moves on; whoever holds the old one finishes with it. Those who
need the same version at once wait for the first, who compiles it in a thread. The bound is on products, not on tenants.
"""

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.matching.index import Index, ProductFacts, compile_index
from backend.catalogue.matching.wording import Size
from backend.catalogue.models import Product, ProductGtin, ProductName
from backend.catalogue.version import catalogue_version

PRODUCTS_MAX = 200_000
_MEASURES = {"ml": ("ml", 1), "cl": ("ml", 10), "dl": ("ml", 100), "l": ("ml", 1000), "g": ("g", 1), "kg": ("g", 1000)}


class IndexCache:
    """Indexes by tenant, the one that was asked for longest ago first; `products_max` bounds them together."""

    def __init__(self, products_max: int = PRODUCTS_MAX) -> None:
        self._products_max = products_max
        self._held: OrderedDict[UUID, tuple[int, Index]] = OrderedDict()
        self._compiling: dict[tuple[UUID, int], asyncio.Future[Index]] = {}

    async def index(self, session: AsyncSession, tenant_id: UUID) -> Index:
        """The tenant's index, of the version that the session's transaction sees."""
        _, index = await self.versioned(session, tenant_id)
        return index

    async def versioned(self, session: AsyncSession, tenant_id: UUID) -> tuple[int, Index]:
        """The version that the session's transaction sees, and the tenant's index of it."""
        version = await catalogue_version(session, tenant_id)
        held = self._held.get(tenant_id)
        if held is not None and held[0] == version:
            self._held.move_to_end(tenant_id)
            return held
        key = tenant_id, version
        while key in self._compiling:
            index = await _outcome(self._compiling[key])
            if index is not None:
                return version, index
        return version, await self._compile(session, key)

    async def _compile(self, session: AsyncSession, key: tuple[UUID, int]) -> Index:
        tenant_id, version = key
        compiling: asyncio.Future[Index] = asyncio.get_running_loop().create_future()
        self._compiling[key] = compiling
        try:
            facts = await product_facts(session, tenant_id)
            index = await asyncio.to_thread(compile_index, facts)
        except BaseException:
            compiling.cancel()
            raise
        finally:
            del self._compiling[key]
        compiling.set_result(index)
        self._hold(tenant_id, version, index)
        return index

    def _hold(self, tenant_id: UUID, version: int, index: Index) -> None:
        held = self._held.get(tenant_id)
        if held is not None and held[0] > version:
            return  # a newer one was compiled meanwhile
        self._held[tenant_id] = version, index
        self._held.move_to_end(tenant_id)
        while len(self._held) > 1 and sum(len(each.products) for _, each in self._held.values()) > self._products_max:
            self._held.popitem(last=False)


async def _outcome(compiling: asyncio.Future[Index]) -> Index | None:
    """What another caller compiles; None when that failed, and it is the next one's turn."""
    await asyncio.wait([compiling])
    return None if compiling.cancelled() else compiling.result()


async def product_facts(session: AsyncSession, tenant_id: UUID) -> list[ProductFacts]:
    """Every product of the tenant as matching needs it; three queries, however many there are."""
    products = await session.exec(select(Product).where(Product.tenant_id == tenant_id))
    names = _grouped(
        await session.exec(select(ProductName.product_id, ProductName.text).where(ProductName.tenant_id == tenant_id))
    )
    barcodes = _grouped(
        await session.exec(select(ProductGtin.product_id, ProductGtin.gtin).where(ProductGtin.tenant_id == tenant_id))
    )
    return [
        ProductFacts(
            id=row.id,
            sku=row.sku,
            name=row.name,
            brand=row.brand,
            names=tuple(sorted(names[row.id])),
            barcodes=tuple(sorted(barcodes[row.id])),
            pack=_pack(row.unit, row.pack_milli),
        )
        for row in products
    ]


def _pack(unit: str | None, pack_milli: int | None) -> Size | None:
    """What one piece holds, if the catalogue says so in a unit that lines print."""
    measure = _MEASURES.get((unit or "").lower())
    return (measure[0], pack_milli * measure[1]) if measure and pack_milli else None


def _grouped(pairs: Iterable[tuple[UUID, str]]) -> defaultdict[UUID, list[str]]:
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for product_id, value in pairs:
        found[product_id].append(value)
    return found
