"""The products of a receipt's lines, by the tenant's index in this process and what its staff linked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.aliases import EVERY_SELLER, ProductAlias
from backend.catalogue.matching.cache import IndexCache
from backend.catalogue.matching.matcher import Alias, LineFacts, Match, match
from backend.catalogue.matching.wording import line_key
from backend.catalogue.models import Product
from backend.catalogue.queries import among_named

INDEXES = IndexCache()
"""This process's indexes."""

_LINKED = select(ProductAlias).where(
    ProductAlias.tenant_id == bindparam("tenant"),
    among_named(ProductAlias.seller_tax_id, "sellers"),
    among_named(ProductAlias.folded, "texts"),
)
_NAMED = select(Product).where(Product.tenant_id == bindparam("tenant"), among_named(Product.id, "ids"))


@dataclass(frozen=True, slots=True)
class MatchedLines:
    """What each line was found to be, by line id; `products` holds those alone that were accepted.

    `version` is that of the catalogue.
    """

    products: Mapping[str, Product]
    matches: Mapping[str, Match]
    version: int


async def match_lines(
    session: AsyncSession,
    tenant_id: UUID,
    lines: Iterable[LineFacts],
    *,
    seller_tax_id: str | None = None,
    assumed: ProductAlias | None = None,
) -> MatchedLines:
    """Match every line; three queries, however many lines, and more when products changed since the last call.

    Links of staff are read anew each time: they hold from the moment they are made, in every process. `assumed` is a
    link that is not made yet, taken as if it stood among them.
    """
    lines = list(lines)
    version, index = await INDEXES.versioned(session, tenant_id)
    linked = await aliases(session, tenant_id, seller_tax_id, {line_key(line.name) for line in lines}, assumed)
    matches = {line.id: match(index, line, linked) for line in lines}
    accepted = {line: found.product.id for line, found in matches.items() if found.product}
    rows = await _products(session, tenant_id, set(accepted.values()))
    return MatchedLines({line: rows[key] for line, key in accepted.items() if key in rows}, matches, version)


async def explain(session: AsyncSession, tenant_id: UUID, text: str, *, seller_tax_id: str | None) -> Match:
    """What matching makes of one text of that seller now; without a seller only links for every seller hold."""
    line = LineFacts("1", text, None)
    linked = await aliases(session, tenant_id, seller_tax_id, {line_key(text)})
    return match(await INDEXES.index(session, tenant_id), line, linked)


async def aliases(
    session: AsyncSession,
    tenant_id: UUID,
    seller_tax_id: str | None,
    texts: Collection[str],
    assumed: ProductAlias | None = None,
) -> dict[str, Alias]:
    """The links that hold for that seller's texts, by text; a seller's own goes before one for every seller."""
    sellers = [EVERY_SELLER, seller_tax_id] if seller_tax_id else [EVERY_SELLER]
    found = await session.exec(_LINKED, params={"tenant": tenant_id, "sellers": sellers, "texts": list(texts)})
    rows = {(row.seller_tax_id, row.folded): row for row in found}
    if assumed is not None and assumed.seller_tax_id in sellers:
        rows[assumed.seller_tax_id, assumed.folded] = assumed
    own_last = sorted(rows.values(), key=lambda row: row.seller_tax_id != EVERY_SELLER)
    return {row.folded: Alias(row.product_id, row.linked_at) for row in own_last}


async def _products(session: AsyncSession, tenant_id: UUID, ids: Collection[UUID]) -> dict[UUID, Product]:
    if not ids:
        return {}
    found = await session.exec(_NAMED, params={"tenant": tenant_id, "ids": list(ids)})
    return {row.id: row for row in found}
