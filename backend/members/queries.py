"""Questions about members."""

from uuid import UUID

from sqlmodel import select
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


async def lock_member(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> None:
    """Hold the member's row until the transaction ends, so that what is counted about them stays counted.

    Raises MemberNotFound.
    """
    found = await session.exec(
        select(Member.id).where(Member.tenant_id == tenant_id, Member.id == member_id).with_for_update()
    )
    if found.one_or_none() is None:
        raise MemberNotFound
