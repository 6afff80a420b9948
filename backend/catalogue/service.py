"""Putting products into the catalogue, changing and withdrawing them, and arranging their groups.

Whatever changes something locks the tenant's catalogue and lets its version grow (`version.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue import queries
from backend.catalogue.errors import GroupTreeRefused, ProductExists, ProductRefused
from backend.catalogue.fields import a_code, a_text
from backend.catalogue.flaws import Flawed
from backend.catalogue.groups import GroupFacts, parents_first
from backend.catalogue.models import Product, ProductGroup
from backend.catalogue.queries import Standing
from backend.catalogue.storing import Change, take
from backend.catalogue.version import catalogue_changed, lock_catalogue
from backend.catalogue.wishes import Wish, wish_of
from backend.kit.audit import Actor, record


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
    """A new product with its barcodes and the names that tills print for it; nobody's action, so nothing is audited.

    Raises ProductExists or ProductRefused.
    """
    given = {"sku": sku, "name": name, "brand": brand, "groups": groups, "gtins": gtins, "till_names": slip_names}
    await _add(session, tenant_id, wish_of(given, currency=None), now=now)
    found = await session.exec(select(Product).where(Product.tenant_id == tenant_id, Product.sku == sku))
    return found.one()


async def create(session: AsyncSession, actor: Actor, wish: Wish, *, now: datetime) -> Standing:
    """A new product, by staff. Raises ProductExists or ProductRefused."""
    change = await _add(session, actor.tenant_id, wish, now=now)
    await record(session, actor, "product.added", ("product", change.id), after=change.after.document(), now=now)
    return await queries.product_standing(session, actor.tenant_id, change.id)


async def change(
    session: AsyncSession, actor: Actor, product_id: UUID, facts: Mapping[str, Any], *, now: datetime
) -> Standing:
    """Say those facts of a product; the SKU stays. What is so already is written nowhere but in the audit trail.

    Raises ProductNotFound or ProductRefused.
    """
    before = await queries.product_standing(session, actor.tenant_id, product_id)
    changed = await _one(session, actor.tenant_id, Wish(before.facts.sku, facts), now=now)
    was, became = (changed.before, changed.after) if changed else (before, before.facts)
    assert was is not None, "a product that was found is not new"
    await record(
        session,
        actor,
        "product.changed",
        ("product", product_id),
        before=was.facts.document(),
        after=became.document(),
        now=now,
    )
    return await queries.product_standing(session, actor.tenant_id, product_id)


async def withdraw(session: AsyncSession, actor: Actor, product_id: UUID, *, now: datetime) -> Standing:
    """Offer the product no longer; receipts still find it, and twice is once. Raises ProductNotFound."""
    return await change(session, actor, product_id, {"is_withdrawn": True}, now=now)


async def arrange_groups(
    session: AsyncSession, actor: Actor, groups: Iterable[GroupFacts], *, now: datetime
) -> list[GroupFacts]:
    """Make these the tenant's groups, all of them. Raises GroupTreeRefused; then nothing is changed."""
    wanted = parents_first(_checked(group) for group in groups)
    await lock_catalogue(session, actor.tenant_id)
    before = await queries.groups(session, actor.tenant_id)
    removed = {group.code for group in before} - {group.code for group in wanted}
    for code in await queries.groups_in_use(session, actor.tenant_id, removed):
        raise GroupTreeRefused(group=code, reason="in-use")
    if set(before) != set(wanted):
        await _arrange(session, actor.tenant_id, wanted, removed)
        await catalogue_changed(session, actor.tenant_id, now=now)
    await record(
        session,
        actor,
        "catalogue.groups-arranged",
        ("tenant", actor.tenant_id),
        before=_documents(set(before) - set(wanted)),
        after=_documents(set(wanted) - set(before)),
        now=now,
    )
    return await queries.groups(session, actor.tenant_id)


async def _add(session: AsyncSession, tenant_id: UUID, wish: Wish, *, now: datetime) -> Change:
    await lock_catalogue(session, tenant_id)
    if await queries.standing(session, tenant_id, Product.sku, [wish.sku]):
        raise ProductExists(sku=wish.sku)
    added = await _one(session, tenant_id, wish, now=now)
    assert added is not None, "a new product differs from none"
    return added


async def _one(session: AsyncSession, tenant_id: UUID, wish: Wish, *, now: datetime) -> Change | None:
    taken = await take(session, tenant_id, [wish], now=now)
    if taken.refused:
        raise ProductRefused([flaw for _, flaw in taken.refused])
    return next(iter(taken.changes), None)


def _checked(group: GroupFacts) -> GroupFacts:
    try:
        return GroupFacts(a_code(group.code), a_text(group.name), a_code(group.parent) if group.parent else None)
    except Flawed as flawed:
        raise GroupTreeRefused(group=group.code, reason=flawed.code) from flawed


async def _arrange(session: AsyncSession, tenant_id: UUID, wanted: list[GroupFacts], removed: set[str]) -> None:
    upsert = insert(ProductGroup)
    rows = [{"tenant_id": tenant_id, **asdict(group)} for group in wanted]
    if rows:
        await (await session.connection()).execute(
            upsert.on_conflict_do_update(
                index_elements=["tenant_id", "code"],
                set_={"name": upsert.excluded.name, "parent": upsert.excluded.parent},
            ),
            rows,
        )
    await session.exec(
        delete(ProductGroup).where(col(ProductGroup.tenant_id) == tenant_id, col(ProductGroup.code).in_(removed))
    )


def _documents(groups: Iterable[GroupFacts]) -> dict[str, Any]:
    return {group.code: {"name": group.name, "parent": group.parent} for group in groups}
