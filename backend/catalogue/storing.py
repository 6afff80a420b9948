"""Brings products to what is wished of them, many in a few statements, and writes nothing where nothing differs.

The tenant's catalogue is locked before anything is read, so what was decided still holds when it is written.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, delete, func, literal, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlmodel import SQLModel, col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.facts import LOYALTY, REGULAR, ProductFacts
from backend.catalogue.flaws import Flaw
from backend.catalogue.matching import fold
from backend.catalogue.models import Product, ProductGroup, ProductGtin, ProductName, ProductPrice
from backend.catalogue.queries import Standing, among, standing
from backend.catalogue.version import catalogue_changed, lock_catalogue
from backend.catalogue.wishes import Wish
from backend.kit.i18n import Text
from backend.kit.ids import new_id

_FEW = 50
_UPDATED = ("name", "catalogue_number", "brand", "unit", "pack_milli", "groups", "withdrawn_at")

Owner = tuple[UUID, str]
"""The product that has a barcode, by its id and SKU."""


@dataclass(frozen=True, slots=True)
class Change:
    """A product that is to be what `after` says; without `before` it is new."""

    id: UUID
    before: Standing | None
    after: ProductFacts


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of wishes, with the place among them of each that was refused, and the codes of new groups."""

    changes: Sequence[Change]
    unchanged: int
    refused: Sequence[tuple[int, Flaw]]
    groups_added: Sequence[str]


@dataclass(slots=True)
class Foreseen:
    """What wishes before these will have done: whose each barcode is then (None: nobody's), and the groups they make."""

    owners: dict[str, Owner | None] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)


async def take(session: AsyncSession, tenant_id: UUID, wishes: Sequence[Wish], *, now: datetime) -> Taken:
    """Make the products so, in the order of the wishes; no SKU may be wished for twice.

    A wish is refused when its product is new and has no name, or when another product has one of its barcodes. Groups
    that are not there yet are made, without a parent.
    """
    await lock_catalogue(session, tenant_id)
    decided = await decide(session, tenant_id, wishes, Foreseen())
    await _add_groups(session, tenant_id, decided.groups_added)
    await _store(session, tenant_id, decided.changes, now=now)
    return decided


async def decide(session: AsyncSession, tenant_id: UUID, wishes: Sequence[Wish], foreseen: Foreseen) -> Taken:
    """What `take` would come to, with nothing written and nothing locked.

    Wishes that follow others are decided as if those were taken, where they go on with the same `foreseen`.
    """
    await _match_by_hash(session, len(wishes))
    found = await standing(session, tenant_id, Product.sku, {wish.sku for wish in wishes})
    by_sku = {each.facts.sku: each for each in found}
    asked = {gtin for wish in wishes for gtin in wish.facts.get("gtins", ())}
    for gtin, owner in (await _owners(session, tenant_id, asked - foreseen.owners.keys())).items():
        foreseen.owners[gtin] = owner
    changes: list[Change] = []
    refused: list[tuple[int, Flaw]] = []
    for place, wish in enumerate(wishes):
        decided = _decide(wish, by_sku.get(wish.sku), foreseen.owners)
        if isinstance(decided, Flaw):
            refused.append((place, decided))
        elif decided is not None:
            changes.append(decided)
    missing = await _missing_groups(session, tenant_id, {code for each in changes for code in each.after.groups})
    groups_added = sorted(missing - foreseen.groups)
    foreseen.groups.update(groups_added)
    return Taken(changes, len(wishes) - len(changes) - len(refused), refused, groups_added)


async def _match_by_hash(session: AsyncSession, wishes: int) -> None:
    """Keep the server from comparing every product with every wish where wishes are many.

    Its statistics are from before the import: a tenant that has grown since seems to have a handful of products, and
    one loop inside the other to be the fastest way.
    """
    if wishes > _FEW:
        await (await session.connection()).execute(text("set local enable_nestloop = off"))


def _decide(wish: Wish, before: Standing | None, owners: dict[str, Owner | None]) -> Change | Flaw | None:
    """What the wish comes to; `owners` says whose each barcode is, and goes along."""
    after = replace(before.facts if before else ProductFacts(sku=wish.sku), **wish.facts)
    if not after.name:
        return Flaw("name", "missing", Text("It is empty."))
    if before is not None and after == before.facts:
        return None
    key = before.id if before else new_id()
    for gtin in after.gtins:
        owner, sku = owners.get(gtin) or (key, wish.sku)
        if owner != key:
            return Flaw("gtins", "gtin-taken", Text("The barcode belongs to the product {sku}.", {"sku": sku}))
    owners.update(dict.fromkeys(before.facts.gtins if before else (), None))
    owners.update(dict.fromkeys(after.gtins, (key, wish.sku)))
    return Change(key, before, after)


async def _owners(session: AsyncSession, tenant_id: UUID, gtins: Collection[str]) -> dict[str, Owner]:
    found = await session.exec(
        select(ProductGtin.gtin, Product.id, Product.sku)
        .join(Product, (col(Product.tenant_id) == ProductGtin.tenant_id) & (col(Product.id) == ProductGtin.product_id))
        .where(ProductGtin.tenant_id == tenant_id, among(ProductGtin.gtin, gtins))
    )
    return {gtin: (key, sku) for gtin, key, sku in found}


async def _missing_groups(session: AsyncSession, tenant_id: UUID, codes: Collection[str]) -> set[str]:
    found = await session.exec(
        select(ProductGroup.code).where(ProductGroup.tenant_id == tenant_id, among(ProductGroup.code, codes))
    )
    return set(codes).difference(found)


async def _add_groups(session: AsyncSession, tenant_id: UUID, codes: Iterable[str]) -> None:
    rows = [{"tenant_id": tenant_id, "code": code, "name": code, "parent": None} for code in codes]
    await _insert(session, ProductGroup, rows)


async def _store(session: AsyncSession, tenant_id: UUID, changes: Sequence[Change], *, now: datetime) -> None:
    if not changes:
        return
    upsert = _inserted(Product, [_row(tenant_id, change, now) for change in changes])
    await session.exec(
        upsert.on_conflict_do_update(
            index_elements=["tenant_id", "id"], set_={name: upsert.excluded[name] for name in _UPDATED}
        )
    )
    for table, part in ((ProductGtin, _gtins), (ProductName, _names), (ProductPrice, _prices)):
        differing = [each for each in changes if each.before is None or part(each.before.facts) != part(each.after)]
        kept_by = [each.id for each in differing if each.before is not None]
        if kept_by:
            await session.exec(
                delete(table)
                .where(col(table.tenant_id) == tenant_id, among(table.product_id, kept_by))
                .execution_options(synchronize_session=False)
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
    values = list(rows)
    if values:
        await session.exec(_inserted(table, values))


def _inserted(table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> Insert:
    """One statement for all rows, which go to the server as an array for each column."""
    names = list(rows[0])
    columns = [SQLModel.metadata.tables[str(table.__tablename__)].c[name] for name in names]
    arrays = [
        literal([row[name] for row in rows], ARRAY(each.type, dimensions=1))
        for name, each in zip(names, columns, strict=True)
    ]
    return insert(table).from_select(names, func.unnest(*arrays).table_valued(*names).render_derived().select())
