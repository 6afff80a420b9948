"""Questions about staff."""

from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.staff.errors import StaffNotFound
from backend.staff.models import StaffAccount


async def accounts(session: AsyncSession, tenant_id: UUID) -> list[StaffAccount]:
    """Every account of the tenant, by e-mail address."""
    found = await session.exec(
        select(StaffAccount).where(StaffAccount.tenant_id == tenant_id).order_by(col(StaffAccount.email))
    )
    return list(found)


async def account(session: AsyncSession, tenant_id: UUID, account_id: UUID) -> StaffAccount:
    """The account. Raises StaffNotFound."""
    found = await session.exec(
        select(StaffAccount).where(StaffAccount.tenant_id == tenant_id, StaffAccount.id == account_id)
    )
    row = found.one_or_none()
    if row is None:
        raise StaffNotFound
    return row


async def account_by_email(session: AsyncSession, tenant_id: UUID, email: str) -> StaffAccount | None:
    """The account of that address, in any case of its letters."""
    found = await session.exec(
        select(StaffAccount).where(StaffAccount.tenant_id == tenant_id, StaffAccount.email == email.strip().lower())
    )
    return found.one_or_none()


async def lock_account(session: AsyncSession, tenant_id: UUID, account_id: UUID) -> StaffAccount:
    """The account, held until the transaction ends. Raises StaffNotFound."""
    found = await session.exec(
        select(StaffAccount)
        .where(StaffAccount.tenant_id == tenant_id, StaffAccount.id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    row = found.one_or_none()
    if row is None:
        raise StaffNotFound
    return row


async def lock_owners(session: AsyncSession, tenant_id: UUID) -> list[UUID]:
    """The tenant's active owners, held until the transaction ends, so that they stay so many."""
    found = await session.exec(
        select(StaffAccount.id)
        .where(StaffAccount.tenant_id == tenant_id, StaffAccount.role == "owner", StaffAccount.state == "active")
        .order_by(col(StaffAccount.id))
        .with_for_update()
    )
    return list(found)
