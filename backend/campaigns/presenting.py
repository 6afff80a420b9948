"""Promo codes that come with a receipt: held while it waits, and locked while it is decided, so that one receipt has them.

A list that a campaign writes out itself is kept like any other as soon as a code of it is presented, under the promotion's
own name, so that its codes are spent once, too.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, tuple_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from backend.campaigns.codes import folded, import_codes
from backend.campaigns.models import CodeList, PromoCode
from backend.kit.audit import Actor

_OWN = "promotion:"


def own_list(campaign_id: UUID, promotion: str) -> str:
    """The name of the list of single-use codes that a promotion writes out itself."""
    return f"{_OWN}{campaign_id}:{promotion}"


async def hold_codes(session: AsyncSession, tenant_id: UUID, codes: Iterable[str], receipt_id: UUID) -> None:
    """Keep those of the single-use codes that nobody has for the receipt; of several receipts at once exactly one."""
    locked = await session.exec(
        select(PromoCode.list_id, PromoCode.code)
        .where(
            PromoCode.tenant_id == tenant_id,
            col(PromoCode.list_id).in_(_single_use(tenant_id)),
            col(PromoCode.code).in_(sorted(map(folded, codes))),
            PromoCode.state == "unspent",
        )
        .order_by(col(PromoCode.list_id), col(PromoCode.code))
        .with_for_update()
    )
    free = list(locked)  # in the order of `usable`: two receipts with the same codes wait for each other at the first
    await session.exec(
        update(PromoCode)
        .where(
            col(PromoCode.tenant_id) == tenant_id,
            tuple_(col(PromoCode.list_id), col(PromoCode.code)).in_(free),
        )
        .values(state="held", receipt_id=receipt_id)
    )


async def keep_own(session: AsyncSession, tenant_id: UUID, name: str, codes: Collection[str], *, now: datetime) -> None:
    """Make sure that the promotion's own list holds these codes."""
    missing = set(map(folded, codes)) - {code for _, code in await _standing(session, tenant_id, {name}, codes)}
    if missing:
        await import_codes(session, Actor(tenant_id, None), name, sorted(missing), now=now)


async def usable(
    session: AsyncSession, tenant_id: UUID, names: Collection[str], codes: Collection[str], receipt_id: UUID
) -> dict[str, frozenset[str]]:
    """By list those of the codes that the receipt may use, as they are kept.

    Single-use ones are nobody else's until the transaction ends.
    """
    locked = await session.exec(
        select(PromoCode.list_id, PromoCode.code)
        .where(
            PromoCode.tenant_id == tenant_id,
            col(PromoCode.list_id).in_(_single_use(tenant_id, names)),
            col(PromoCode.code).in_(sorted(map(folded, codes))),
            _is_free_for(receipt_id),
        )
        .order_by(col(PromoCode.list_id), col(PromoCode.code))
        .with_for_update()
    )
    free = {(list_id, code) for list_id, code in locked}
    lists = await session.exec(select(CodeList).where(CodeList.tenant_id == tenant_id, col(CodeList.name).in_(names)))
    found = {row.name: row for row in lists}
    many = await _standing(session, tenant_id, {name for name, row in found.items() if not row.single_use}, codes)
    return {
        name: frozenset(
            {code for list_id, code in free if list_id == row.id} | {code for list_, code in many if list_ == name}
        )
        for name, row in found.items()
    }


async def _standing(
    session: AsyncSession, tenant_id: UUID, names: Collection[str], codes: Collection[str]
) -> list[tuple[str, str]]:
    if not names:
        return []
    found = await session.exec(
        select(CodeList.name, PromoCode.code)
        .join(PromoCode, (col(PromoCode.tenant_id) == CodeList.tenant_id) & (col(PromoCode.list_id) == CodeList.id))
        .where(
            CodeList.tenant_id == tenant_id,
            col(CodeList.name).in_(names),
            col(PromoCode.code).in_([folded(code) for code in codes]),
        )
    )
    return list(found)


def _single_use(tenant_id: UUID, names: Collection[str] | None = None) -> SelectOfScalar[UUID]:
    query = select(CodeList.id).where(CodeList.tenant_id == tenant_id, col(CodeList.single_use))
    return query if names is None else query.where(col(CodeList.name).in_(names))


def _is_free_for(receipt_id: UUID) -> ColumnElement[bool]:
    return or_(col(PromoCode.state) == "unspent", col(PromoCode.receipt_id) == receipt_id)
