"""Questions about products and their groups."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, and_, bindparam, exists, func, literal, or_, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.errors import ProductNotFound
from backend.catalogue.facts import LOYALTY, REGULAR, Price, ProductFacts
from backend.catalogue.groups import GroupFacts, with_ancestors
from backend.catalogue.matching import padded
from backend.catalogue.models import Product, ProductGroup, ProductGtin, ProductName, ProductPrice
from backend.promotions.folding import words

_GTIN_DIGITS = 14
_HAS_SKU = col(Product.sku) != ""
"""True of every product; said so that the index of SKUs is used."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A product as it stands in the catalogue."""

    id: UUID
    facts: ProductFacts
    withdrawn_at: datetime | None


def among(column: Any, values: Collection[Any]) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    """Whether the column has one of the values, which go to the server as one array that it joins with."""
    return col(column).in_(select(func.unnest(literal(list(values), ARRAY(column.type)))))


def among_named(column: Any, name: str) -> ColumnElement[bool]:  # noqa: ANN401 (a column)
    """As `among`, for a statement built once: the list of values is its parameter of that name."""
    return col(column).in_(select(func.unnest(bindparam(name, type_=ARRAY(column.type)))))


async def standing(session: AsyncSession, tenant_id: UUID, column: Any, values: Collection[Any]) -> list[Standing]:  # noqa: ANN401 (a column of Product)
    """The products whose column has one of the values, in no particular order."""
    if not values:
        return []
    found = await session.exec(
        select(Product)
        .where(Product.tenant_id == tenant_id, among(column, values), _HAS_SKU)
        .execution_options(populate_existing=True)
    )
    return await _whole(session, tenant_id, list(found))


async def product_standing(session: AsyncSession, tenant_id: UUID, product_id: UUID) -> Standing:
    """The product. Raises ProductNotFound."""
    found = await standing(session, tenant_id, Product.id, [product_id])
    if not found:
        raise ProductNotFound
    return found[0]


async def product_by_sku(session: AsyncSession, tenant_id: UUID, sku: str) -> Standing:
    """The product of that SKU. Raises ProductNotFound."""
    found = await standing(session, tenant_id, Product.sku, [sku])
    if not found:
        raise ProductNotFound
    return found[0]


async def products_like(
    session: AsyncSession,
    tenant_id: UUID,
    search: str | None,
    *,
    is_withdrawn: bool | None = None,
    before: UUID | None,
    limit: int,
) -> list[Standing]:
    """A page of products, newest first, that have the text for a code or barcode, or all its words in one of their names.

    Words count in part, in either script, with or without marks; codes whole, in any case of their letters.
    """
    query = select(Product).where(Product.tenant_id == tenant_id)
    if search is not None:
        query = query.where(_found_by(search))
    if is_withdrawn is not None:
        query = query.where(
            col(Product.withdrawn_at).is_not(None) if is_withdrawn else col(Product.withdrawn_at).is_(None)
        )
    if before is not None:
        query = query.where(col(Product.id) < before)
    rows = list(await session.exec(query.order_by(col(Product.id).desc()).limit(limit)))
    return await _whole(session, tenant_id, rows)


async def products_after(session: AsyncSession, tenant_id: UUID, sku: str | None, *, limit: int) -> list[Standing]:
    """The next products in the order of their SKUs."""
    query = select(Product).where(Product.tenant_id == tenant_id, _HAS_SKU)
    if sku is not None:
        query = query.where(Product.sku > sku)
    rows = list(await session.exec(query.order_by(Product.sku).limit(limit)))
    return await _whole(session, tenant_id, rows)


async def groups(session: AsyncSession, tenant_id: UUID) -> list[GroupFacts]:
    """Every group of the tenant, by code."""
    found = await session.exec(
        select(ProductGroup).where(ProductGroup.tenant_id == tenant_id).order_by(col(ProductGroup.code))
    )
    return [GroupFacts(row.code, row.name, row.parent) for row in found]


async def groups_with_ancestors(
    session: AsyncSession, tenant_id: UUID, products: Iterable[Product]
) -> Mapping[UUID, frozenset[str]]:
    """By product, the codes of its groups and of all above them; one query, however many products."""
    own = {product.id: product.groups for product in products}
    codes = {code for each in own.values() for code in each}
    if not codes:
        return {key: frozenset() for key in own}
    rows = await (await session.connection()).execute(_UPWARDS, {"tenant": tenant_id, "codes": sorted(codes)})
    parents: dict[str, str | None] = {row.code: row.parent for row in rows}
    return {key: with_ancestors(each, parents) for key, each in own.items()}


async def groups_in_use(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> list[str]:
    """Those of the groups that products are in, by code."""
    rows = await (await session.connection()).execute(
        text("""
            select distinct code from product, jsonb_array_elements_text(groups) as code
            where tenant_id = :tenant and code = any(:codes) order by code
        """),
        {"tenant": tenant_id, "codes": sorted(codes)},
    )
    return list(rows.scalars())


_UPWARDS = text("""
    with recursive upwards as (
        select code, parent from product_group where tenant_id = :tenant and code = any(:codes)
        union
        select above.code, above.parent from product_group above
        join upwards on above.tenant_id = :tenant and above.code = upwards.parent
    )
    select code, parent from upwards
""")


def _found_by(search: str) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = [
        col(column).ilike(_literal(search.strip())) for column in (Product.sku, Product.catalogue_number)
    ]
    digits = search.strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= _GTIN_DIGITS:
        ways.append(
            exists().where(
                col(ProductGtin.tenant_id) == Product.tenant_id,
                col(ProductGtin.product_id) == Product.id,
                col(ProductGtin.gtin) == padded(digits),
            )
        )
    sought = words(search)
    if sought:
        ways.append(
            exists().where(
                col(ProductName.tenant_id) == Product.tenant_id,
                col(ProductName.product_id) == Product.id,
                and_(*(col(ProductName.folded).contains(word, autoescape=True) for word in sought)),
            )
        )
    return or_(*ways)


def _literal(code: str) -> str:
    return code.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")


async def _whole(session: AsyncSession, tenant_id: UUID, rows: list[Product]) -> list[Standing]:
    """The products with their barcodes, names and prices: three queries, however many they are."""
    keys = [row.id for row in rows]
    if not keys:
        return []
    gtins: dict[UUID, list[str]] = defaultdict(list)
    for key, gtin in await session.exec(
        select(ProductGtin.product_id, ProductGtin.gtin)
        .where(ProductGtin.tenant_id == tenant_id, among(ProductGtin.product_id, keys))
        .order_by(ProductGtin.gtin)
    ):
        gtins[key].append(gtin)
    names: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for key, kind, name in await session.exec(
        select(ProductName.product_id, ProductName.kind, ProductName.text)
        .where(ProductName.tenant_id == tenant_id, among(ProductName.product_id, keys))
        .order_by(col(ProductName.position))
    ):
        names[key][kind].append(name)
    prices = await _prices(session, tenant_id, keys)
    return [
        Standing(row.id, _facts(row, gtins[row.id], names[row.id], prices[row.id]), row.withdrawn_at) for row in rows
    ]


async def _prices(session: AsyncSession, tenant_id: UUID, keys: list[UUID]) -> dict[UUID, dict[str, list[Price]]]:
    found: dict[UUID, dict[str, list[Price]]] = defaultdict(lambda: defaultdict(list))
    for row in await session.exec(
        select(ProductPrice)
        .where(ProductPrice.tenant_id == tenant_id, among(ProductPrice.product_id, keys))
        .order_by(col(ProductPrice.position))
        .execution_options(populate_existing=True)
    ):
        price = Price(amount_minor=row.amount_minor, currency=row.currency, from_on=row.from_on, to_on=row.to_on)
        found[row.product_id][row.kind].append(price)
    return found


def _facts(
    row: Product, gtins: list[str], names: Mapping[str, list[str]], prices: Mapping[str, list[Price]]
) -> ProductFacts:
    return ProductFacts(
        sku=row.sku,
        name=row.name,
        second_name=next(iter(names.get("second", ())), None),
        third_name=next(iter(names.get("third", ())), None),
        till_names=tuple(names.get("till", ())),
        gtins=tuple(gtins),
        catalogue_number=row.catalogue_number,
        brand=row.brand,
        groups=tuple(row.groups),
        unit=row.unit,
        pack_milli=row.pack_milli,
        regular_prices=tuple(prices.get(REGULAR, ())),
        loyalty_prices=tuple(prices.get(LOYALTY, ())),
        is_withdrawn=row.withdrawn_at is not None,
    )
