"""Counts attempts to sign in before anything is compared, so that attempts at once cannot pass the limit together."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, case, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.staff.errors import TooManyLogins
from backend.staff.models import StaffAttempts

ACCOUNT_ATTEMPTS_MAX = 5
ADDRESS_ATTEMPTS_MAX = 30
WINDOW = timedelta(minutes=15)


async def count_attempt(
    session: AsyncSession, tenant_id: UUID, subject_hash: bytes, *, attempts_max: int, now: datetime
) -> None:
    """Count one more attempt of the subject. Raises TooManyLogins, with which nothing is counted."""
    statement = insert(StaffAttempts)
    fresh = col(StaffAttempts.until) <= now
    counted = await session.exec(
        statement.on_conflict_do_update(
            index_elements=["tenant_id", "subject_hash"],
            set_={
                "count": case((fresh, 1), else_=col(StaffAttempts.count) + 1),
                "until": case((fresh, statement.excluded.until), else_=col(StaffAttempts.until)),
            },
        ).returning(col(StaffAttempts.count), col(StaffAttempts.until)),
        params={"tenant_id": tenant_id, "subject_hash": subject_hash, "count": 1, "until": now + WINDOW},
    )
    count, until = counted.one()
    if count > attempts_max:
        raise TooManyLogins(retry_after_s=max(1, int((until - now).total_seconds())))


async def forget_attempts(session: AsyncSession, tenant_id: UUID, subject_hash: bytes) -> None:
    """The subject signed in: its failures no longer count."""
    await session.exec(delete(StaffAttempts).where(*_subject(tenant_id, subject_hash)))


async def take_back_attempt(session: AsyncSession, tenant_id: UUID, subject_hash: bytes) -> None:
    """The attempt succeeded: it alone no longer counts, for others of the same subject may have failed."""
    await session.exec(
        update(StaffAttempts).where(*_subject(tenant_id, subject_hash)).values(count=col(StaffAttempts.count) - 1)
    )


def _subject(tenant_id: UUID, subject_hash: bytes) -> tuple[ColumnElement[bool], ...]:
    return col(StaffAttempts.tenant_id) == tenant_id, col(StaffAttempts.subject_hash) == subject_hash
