"""The installations of the app that a member uses; each is one member's, the one who signed in on it last."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.sealing import seal
from backend.members.errors import DeviceNotFound
from backend.members.models import Device
from backend.members.queries import lock_member

DeviceKind = Literal["token", "fid", "webpush"]
SEALED = "device"
"""The purpose under which a device's value is sealed."""


async def put_device(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    member_id: UUID,
    installation: UUID,
    kind: DeviceKind,
    value: str,
    key: bytes,
    devices_max: int,
    now: datetime,
) -> None:
    """Register the installation for the member, whoever had it before; twice is once.

    Beyond `devices_max` the one seen longest ago goes: a phone that is lost never says goodbye. Raises MemberNotFound.
    """
    await lock_member(session, tenant_id, member_id)
    row = {
        "tenant_id": tenant_id,
        "id": installation,
        "member_id": member_id,
        "kind": kind,
        "value_sealed": seal(key, SEALED, value),
        "created_at": now,
        "seen_at": now,
    }
    statement = insert(Device)
    fresh = {name: statement.excluded[name] for name in ("member_id", "kind", "value_sealed", "seen_at")}
    await session.exec(
        statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=fresh),
        params=row,
    )
    of_member = (col(Device.tenant_id) == tenant_id, col(Device.member_id) == member_id)
    kept = select(Device.id).where(*of_member).order_by(col(Device.seen_at).desc(), col(Device.id).desc())
    await session.exec(delete(Device).where(*of_member, col(Device.id).in_(kept.offset(devices_max))))


async def remove_device(session: AsyncSession, tenant_id: UUID, member_id: UUID, installation: UUID) -> None:
    """Forget the member's installation. Raises DeviceNotFound."""
    gone = await session.exec(
        delete(Device)
        .where(
            col(Device.tenant_id) == tenant_id,
            col(Device.member_id) == member_id,
            col(Device.id) == installation,
        )
        .returning(col(Device.id))
    )
    if gone.first() is None:
        raise DeviceNotFound
