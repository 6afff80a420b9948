"""Putting products into the catalogue."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.matching import fold, padded
from backend.catalogue.models import Product, ProductGtin, ProductName
from backend.catalogue.versions import products_changed


async def add_product(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    sku: str,
    name: str,
    brand: str | None,
    groups: list[str],
    gtins: list[str],
    slip_names: list[str],
    now: datetime,
) -> Product:
    """A new product with its barcodes and the names that tills print for it, its own name among them."""
    product = Product(tenant_id=tenant_id, sku=sku, name=name, brand=brand, groups=groups, created_at=now)
    session.add(product)
    await session.flush()  # its key must stand before rows that point to it
    for gtin in gtins:
        session.add(ProductGtin(tenant_id=tenant_id, gtin=padded(gtin), product_id=product.id))
    for folded in {fold(each) for each in (name, *slip_names)}:
        session.add(ProductName(tenant_id=tenant_id, folded=folded, product_id=product.id))
    products_changed(session, tenant_id)
    return product
