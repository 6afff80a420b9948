"""What staff decide about a text: it is this product, it is none of ours, or neither any more.

Each decision is audited with what stood before it. A link holds for lines that are settled from then on; receipts that
were settled before are looked at again by a job, and keep what they were given when the link is gone.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.catalogue.aliases import EVERY_SELLER, ProductAlias, Rerating, UnmatchedText
from backend.catalogue.matching.errors import AliasProductUnknown, AliasTextEmpty
from backend.catalogue.matching.reratings import LINKED, begin, stop_text
from backend.catalogue.matching.review import unmatched_text
from backend.catalogue.matching.wording import line_key
from backend.catalogue.models import Product
from backend.kit.audit import Actor, record


async def link(
    session: AsyncSession, actor: Actor, *, text: str, sku: str, seller_tax_id: str = EVERY_SELLER, now: datetime
) -> ProductAlias:
    """Take the text for that product from now on, of one seller or of all; twice is once, another product replaces.

    Two at once wait for each other. Raises AliasTextEmpty or AliasProductUnknown.
    """
    wished = await alias_wished(session, actor.tenant_id, text=text, sku=sku, seller_tax_id=seller_tax_id, now=now)
    folded, product_id = wished.folded, wished.product_id
    fresh = wished.model_dump() | {"linked_by": actor.account_id}
    made = await session.exec(
        insert(ProductAlias).values(fresh).on_conflict_do_nothing().returning(col(ProductAlias.id))
    )
    is_new = made.one_or_none() is not None
    row = await _lock(session, actor.tenant_id, seller_tax_id, folded)
    assert row is not None, "it was there, or it was made"
    if not is_new and row.product_id == product_id:
        return row
    before = {} if is_new else {"product": str(row.product_id)}
    row.product_id, row.linked_by, row.linked_at = product_id, actor.account_id, now
    session.add(row)
    await _mark(session, row, "linked")
    after = {"seller": seller_tax_id, "text": folded, "product": str(product_id)}
    await begin(session, actor.tenant_id, seller_tax_id=seller_tax_id, folded=folded, cause=LINKED, now=now)
    await record(session, actor, "text.linked", ("product_alias", row.id), before=before, after=after, now=now)
    return row


async def alias_wished(
    session: AsyncSession, tenant_id: UUID, *, text: str, sku: str, seller_tax_id: str, now: datetime
) -> ProductAlias:
    """The link as it would be made, not kept. Raises AliasTextEmpty or AliasProductUnknown."""
    folded = line_key(text)
    if not folded:
        raise AliasTextEmpty
    product = await _product(session, tenant_id, sku)
    return ProductAlias(
        tenant_id=tenant_id,
        seller_tax_id=seller_tax_id,
        folded=folded,
        product_id=product.id,
        linked_by=None,
        linked_at=now,
    )


async def unlink(session: AsyncSession, actor: Actor, text_id: UUID, *, now: datetime) -> UnmatchedText:
    """Take back what was decided about a text: it waits again, its own link is gone, and the one for every seller.

    What receipts were given by the link, they keep, and no further ones are looked at. Raises UnmatchedTextNotFound.
    """
    row = await unmatched_text(session, actor.tenant_id, text_id)
    before = {"state": row.state}
    found = [await _lock(session, actor.tenant_id, seller, row.folded) for seller in (row.seller_tax_id, EVERY_SELLER)]
    for alias in filter(None, found):
        await session.exec(
            delete(ProductAlias).where(col(ProductAlias.tenant_id) == actor.tenant_id, col(ProductAlias.id) == alias.id)
        )
        await _mark(session, alias, "waiting", was="linked")
        await stop_text(session, actor.tenant_id, seller_tax_id=alias.seller_tax_id, folded=alias.folded, now=now)
        before[f"product of {alias.seller_tax_id}"] = str(alias.product_id)
    return await _set(session, actor, row, "waiting", "text.unlinked", before, now)


async def ignore(session: AsyncSession, actor: Actor, text_id: UUID, *, now: datetime) -> UnmatchedText:
    """Put a text aside that is none of the tenant's products; it goes on being counted. Raises UnmatchedTextNotFound."""
    row = await unmatched_text(session, actor.tenant_id, text_id)
    return await _set(session, actor, row, "ignored", "text.ignored", {"state": row.state}, now)


async def no_longer_waiting(session: AsyncSession, tenant_id: UUID, rerating_id: UUID) -> None:
    """Put the rerating's text among the linked ones if it is linked: receipts that settled meanwhile let it wait again."""
    found = await session.exec(select(Rerating).where(Rerating.tenant_id == tenant_id, Rerating.id == rerating_id))
    rerating = found.one_or_none()
    if rerating is None or rerating.cause != LINKED:
        return
    alias = await _lock(session, tenant_id, rerating.seller_tax_id, rerating.folded)
    if alias is not None:
        await _mark(session, alias, "linked", was="waiting")


async def _set(
    session: AsyncSession,
    actor: Actor,
    row: UnmatchedText,
    state: str,
    action: str,
    before: dict[str, str],
    now: datetime,
) -> UnmatchedText:
    changed = row.state != state or len(before) > 1
    row.state = state
    session.add(row)
    await session.flush()  # it is locked before the audit trail, as whoever links locks it
    if changed:
        await record(session, actor, action, ("unmatched_text", row.id), before=before, after={"state": state}, now=now)
    return row


async def _mark(session: AsyncSession, alias: ProductAlias, state: str, *, was: str | None = None) -> None:
    """Move the texts that the alias speaks of into a state."""
    moved = update(UnmatchedText).where(
        col(UnmatchedText.tenant_id) == alias.tenant_id, col(UnmatchedText.folded) == alias.folded
    )
    if alias.seller_tax_id != EVERY_SELLER:
        moved = moved.where(col(UnmatchedText.seller_tax_id) == alias.seller_tax_id)
    if was is not None:
        moved = moved.where(col(UnmatchedText.state) == was)
    await session.exec(moved.values(state=state))


async def _lock(session: AsyncSession, tenant_id: UUID, seller_tax_id: str, folded: str) -> ProductAlias | None:
    found = await session.exec(
        select(ProductAlias)
        .where(
            ProductAlias.tenant_id == tenant_id,
            ProductAlias.seller_tax_id == seller_tax_id,
            ProductAlias.folded == folded,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def _product(session: AsyncSession, tenant_id: UUID, sku: str) -> Product:
    found = await session.exec(select(Product).where(Product.tenant_id == tenant_id, Product.sku == sku))
    row = found.one_or_none()
    if row is None:
        raise AliasProductUnknown(sku=sku)
    return row
