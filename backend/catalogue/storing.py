"""Brings products to what is wished of them, many in a few statements, and writes nothing where nothing differs.

The tenant's catalogue is locked before anything is read, so what was decided still holds when it is written.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.facts import LOYALTY, REGULAR, ProductFacts
from backend.catalogue.flaws import Flaw
from backend.catalogue.matching import fold
from backend.catalogue.models import Product, ProductGroup, ProductGtin, ProductName, ProductPrice
from backend.catalogue.queries import Standing, standing
from backend.catalogue.version import catalogue_changed, lock_catalogue
from backend.catalogue.wishes import Wish
from backend.kit.i18n import Text
from backend.kit.ids import new_id

_UPDATED = ("name", "catalogue_number", "brand", "unit", "pack_milli", "groups", "withdrawn_at")


@dataclass(frozen=True, slots=True)
class Change:
    """A product that is to be what `after` says; without `before` it is new."""

    id: UUID
    before: Standing | None
    after: ProductFacts


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of wishes, with the place among them of each that was refused."""

    changes: Sequence[Change]
    unchanged: int
    refused: Sequence[tuple[int, Flaw]]
    groups_added: int


async def take(session: AsyncSession, tenant_id: UUID, wishes: Sequence[Wish], *, now: datetime) -> Taken:
    """Make the products so, in the order of the wishes; no SKU may be wished for twice.

    A wish is refused when its product is new and has no name, or when another product has one of its barcodes. Groups
    that are not there yet are made, without a parent.
    """
    await lock_catalogue(session, tenant_id)
    found = await standing(session, tenant_id, Product.sku, {wish.sku for wish in wishes})
    by_sku = {each.facts.sku: each for each in found}
    owners = await _owners(session, tenant_id, {gtin for wish in wishes for gtin in wish.facts.get("gtins", ())})
    changes: list[Change] = []
    refused: list[tuple[int, Flaw]] = []
    for place, wish in enumerate(wishes):
        decided = _decide(wish, by_sku.get(wish.sku), owners)
        if isinstance(decided, Flaw):
            refused.append((place, decided))
        elif decided is not None:
            changes.append(decided)
    groups_added = await _add_groups(session, tenant_id, {code for each in changes for code in each.after.groups})
    await _store(session, tenant_id, changes, now=now)
    return Taken(changes, len(wishes) - len(changes) - len(refused), refused, groups_added)


def _decide(wish: Wish, before: Standing | None, owners: dict[str, tuple[UUID, str]]) -> Change | Flaw | None:
    """What the wish comes to; `owners` says whose each barcode is, and goes along."""
    after = replace(before.facts if before else ProductFacts(sku=wish.sku), **wish.facts)
    if not after.name:
        return Flaw("name", "missing", Text("It is empty."))
    if before is not None and after == before.facts:
        return None
    key = before.id if before else new_id()
    for gtin in after.gtins:
        owner, sku = owners.get(gtin, (key, wish.sku))
        if owner != key:
            return Flaw("gtins", "gtin-taken", Text("The barcode belongs to the product {sku}.", {"sku": sku}))
    for gtin in before.facts.gtins if before else ():
        owners.pop(gtin, None)
    owners.update(dict.fromkeys(after.gtins, (key, wish.sku)))
    return Change(key, before, after)


async def _owners(session: AsyncSession, tenant_id: UUID, gtins: Collection[str]) -> dict[str, tuple[UUID, str]]:
    found = await session.exec(
        select(ProductGtin.gtin, Product.id, Product.sku)
        .join(Product, (col(Product.tenant_id) == ProductGtin.tenant_id) & (col(Product.id) == ProductGtin.product_id))
        .where(ProductGtin.tenant_id == tenant_id, col(ProductGtin.gtin).in_(gtins))
    )
    return {gtin: (key, sku) for gtin, key, sku in found}


async def _add_groups(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> int:
    if not codes:
        return 0
    there = set(
        await session.exec(
            select(ProductGroup.code).where(ProductGroup.tenant_id == tenant_id, col(ProductGroup.code).in_(codes))
        )
    )
    missing = sorted(set(codes) - there)
    rows = [{"tenant_id": tenant_id, "code": code, "name": code, "parent": None} for code in missing]
    await _insert(session, ProductGroup, rows)
    return len(missing)


async def _store(session: AsyncSession, tenant_id: UUID, changes: Sequence[Change], *, now: datetime) -> None:
    if not changes:
        return
    connection = await session.connection()
    upsert = insert(Product)
    await connection.execute(
        upsert.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_={name: upsert.excluded[name] for name in _UPDATED}
        ),
        [_row(tenant_id, change, now) for change in changes],
    )
    for table, part in ((ProductGtin, _gtins), (ProductName, _names), (ProductPrice, _prices)):
        differing = [each for each in changes if each.before is None or part(each.before.facts) != part(each.after)]
        kept_by = [each.id for each in differing if each.before is not None]
        if kept_by:
            await session.exec(
                delete(table).where(col(table.tenant_id) == tenant_id, col(table.product_id).in_(kept_by))
            )
        keyed = ((each.id, row) for each in differing for row in part(each.after))
        await _insert(session, table, [{"tenant_id": tenant_id, "product_id": key, **row} for key, row in keyed])
    await catalogue_changed(session, tenant_id, now=now)


def _row(tenant_id: UUID, change: Change, now: datetime) -> dict[str, Any]:
    after = change.after
    was = change.before.withdrawn_at if change.before else None
    return {
        "tenant_id": tenant_id,
        "id": change.id,
        "created_at": now,
        "sku": after.sku,
        "groups": list(after.groups),
        "withdrawn_at": (was or now) if after.is_withdrawn else None,
        **{name: getattr(after, name) for name in ("name", "catalogue_number", "brand", "unit", "pack_milli")},
    }


def _gtins(facts: ProductFacts) -> list[Mapping[str, Any]]:
    return [{"gtin": gtin} for gtin in facts.gtins]


def _names(facts: ProductFacts) -> list[Mapping[str, Any]]:
    return [
        {"kind": kind, "position": position, "text": name, "folded": fold(name)} for kind, position, name in facts.names
    ]


def _prices(facts: ProductFacts) -> list[Mapping[str, Any]]:
    return [
        {
            "kind": kind,
            "position": position,
            "amount_minor": price.amount_minor,
            "currency": price.currency,
            "from_on": price.from_on,
            "to_on": price.to_on,
        }
        for kind, prices in ((REGULAR, facts.regular_prices), (LOYALTY, facts.loyalty_prices))
        for position, price in enumerate(prices)
    ]


async def _insert(session: AsyncSession, table: type[SQLModel], rows: Iterable[Mapping[str, Any]]) -> None:
    values = [dict(row) for row in rows]
    if values:
        await (await session.connection()).execute(insert(table), values)
