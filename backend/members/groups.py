"""Groups of members, such as pensioners or students: who is in which.

A group is its code. It begins with its first member and is gone with its last, so that nobody keeps a list of groups.
"""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.db import driver
from backend.members.errors import GroupMalformed
from backend.members.models import MemberGroup
from backend.members.queries import member

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_CODES = "select group_code from member_group where tenant_id = $1 and member_id = $2 order by group_code"


async def put_in_group(session: AsyncSession, actor: Actor, member_id: UUID, group: str, *, now: datetime) -> None:
    """Put the member in the group; twice is once. Raises GroupMalformed or MemberNotFound."""
    if not _CODE.fullmatch(group):
        raise GroupMalformed
    await member(session, actor.tenant_id, member_id)
    before = await groups_of(session, actor.tenant_id, member_id)
    row = {"tenant_id": actor.tenant_id, "member_id": member_id, "group_code": group, "created_at": now}
    await session.exec(
        insert(MemberGroup).on_conflict_do_nothing(index_elements=["tenant_id", "member_id", "group_code"]), params=row
    )
    await _note(session, actor, member_id, before, now)


async def take_out_of_group(session: AsyncSession, actor: Actor, member_id: UUID, group: str, *, now: datetime) -> None:
    """Take the member out of the group; who is not in it stays so. Raises MemberNotFound."""
    await member(session, actor.tenant_id, member_id)
    before = await groups_of(session, actor.tenant_id, member_id)
    await session.exec(
        delete(MemberGroup).where(
            col(MemberGroup.tenant_id) == actor.tenant_id,
            col(MemberGroup.member_id) == member_id,
            col(MemberGroup.group_code) == group,
        )
    )
    await _note(session, actor, member_id, before, now)


async def groups_of(session: AsyncSession, tenant_id: UUID, member_id: UUID) -> list[str]:
    """The codes of the member's groups, in order."""
    rows = await (await driver(session)).fetch(_CODES, tenant_id, member_id)
    return [row["group_code"] for row in rows]


async def groups(session: AsyncSession, tenant_id: UUID) -> dict[str, int]:
    """How many members each group has."""
    found = await session.exec(
        select(MemberGroup.group_code, func.count())
        .where(MemberGroup.tenant_id == tenant_id)
        .group_by(col(MemberGroup.group_code))
        .order_by(col(MemberGroup.group_code))
    )
    return dict(found.all())


async def _note(session: AsyncSession, actor: Actor, member_id: UUID, before: list[str], now: datetime) -> None:
    after = await groups_of(session, actor.tenant_id, member_id)
    if after == before:
        return
    told: dict[str, dict[str, Any]] = {"before": {"groups": before}, "after": {"groups": after}}
    await record(session, actor, "member.groups-changed", ("member", member_id), **told, now=now)
