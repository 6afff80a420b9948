"""Questions about members."""

from uuid import UUID

from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.members.errors import MemberNotFound
from backend.members.models import Member


async def member(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> Member:
    """The member. Raises MemberNotFound."""
    found = await session.exec(select(Member).where(Member.tenant_id == tenant_id, Member.id == member_id))
    row = found.one_or_none()
    if row is None:
        raise MemberNotFound
    return row


async def members_like(
    session: AsyncSession,
    tenant_id: UUID,
    text: str | None,
    *,
    among: tuple[ColumnElement[bool], ...] = (),
    before: UUID | None,
    limit: int,
) -> list[Member]:
    """A page of members, newest first, whose name holds the text in any case, or whose id it is."""
    query = select(Member).where(Member.tenant_id == tenant_id, *among)
    if text is not None:
        named = col(Member.name).icontains(text.strip(), autoescape=True)
        query = query.where(or_(named, col(Member.id) == _id(text)))
    if before is not None:
        query = query.where(col(Member.id) < before)
    return list(await session.exec(query.order_by(col(Member.id).desc()).limit(limit)))


def _id(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


async def member_among(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, among: tuple[ColumnElement[bool], ...]
) -> Member:
    """The member, if the conditions hold for them. Raises MemberNotFound otherwise."""
    found = await session.exec(select(Member).where(Member.tenant_id == tenant_id, Member.id == member_id, *among))
    row = found.one_or_none()
    if row is None:
        raise MemberNotFound
    return row


async def lock_member(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> None:
    """Hold the member's row until the transaction ends, so that what is counted about them stays counted.

    Raises MemberNotFound.
    """
    found = await session.exec(
        select(Member.id).where(Member.tenant_id == tenant_id, Member.id == member_id).with_for_update()
    )
    if found.one_or_none() is None:
        raise MemberNotFound
