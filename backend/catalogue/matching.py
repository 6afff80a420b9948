"""Which product a receipt line is: by barcode, else by a name that tills print, compared folded and whole.

Deterministic, and it never guesses: a line without a match stays without a product.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.models import Product, ProductGtin, ProductName
from backend.promotions.folding import words

_GTIN_DIGITS = 14


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a receipt line says of its product."""

    id: str
    name: str
    gtin: str | None


async def match_lines(session: AsyncSession, tenant_id: UUID, lines: Iterable[LineFacts]) -> Mapping[str, Product]:
    """The products of those lines that have one, by line id; two queries, however many lines."""
    lines = list(lines)
    by_gtin = await _by_gtin(session, tenant_id, {padded(line.gtin) for line in lines if line.gtin})
    by_name = await _by_name(session, tenant_id, {fold(line.name) for line in lines})
    matched: dict[str, Product] = {}
    for line in lines:
        product = by_gtin.get(padded(line.gtin)) if line.gtin else None
        product = product or by_name.get(fold(line.name))
        if product is not None:
            matched[line.id] = product
    return matched


def fold(name: str) -> str:
    """A name as its whole folded words: script, case, marks and punctuation do not matter."""
    return " ".join(words(name))


def padded(gtin: str) -> str:
    """A barcode of 8, 12, 13 or 14 digits in GS1's longest form, in which all of them compare."""
    return gtin.zfill(_GTIN_DIGITS)


async def _by_gtin(session: AsyncSession, tenant_id: UUID, gtins: set[str]) -> dict[str, Product]:
    found = await session.exec(
        select(ProductGtin.gtin, Product)
        .join(Product, and_(col(Product.tenant_id) == ProductGtin.tenant_id, col(Product.id) == ProductGtin.product_id))
        .where(ProductGtin.tenant_id == tenant_id, col(ProductGtin.gtin).in_(gtins))
    )
    return dict(found.all())


async def _by_name(session: AsyncSession, tenant_id: UUID, names: set[str]) -> dict[str, Product]:
    """Products by their names; a name that several have tells none of them."""
    found = await session.exec(
        select(ProductName.folded, Product)
        .join(Product, and_(col(Product.tenant_id) == ProductName.tenant_id, col(Product.id) == ProductName.product_id))
        .where(ProductName.tenant_id == tenant_id, col(ProductName.folded).in_(names))
    )
    rows = found.all()
    called = {(folded, product.id) for folded, product in rows}
    count = Counter(folded for folded, _ in called)
    return {folded: product for folded, product in rows if count[folded] == 1}
