"""Whom a programme is for, and in which form it gives: everyone, the members of a group, or members by name.

A member has every programme that is open to everyone or assigned to them; all of them are evaluated at a purchase.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.programmes import queries
from backend.programmes.errors import ProgrammeNotFound
from backend.programmes.models import Programme, ProgrammeAssignment, ProgrammeScheme
from backend.programmes.schemes import Scheme, scheme_after, scheme_at
from backend.programmes.service import touch_rules

OpenTo = Literal["everyone", "assigned"]


@dataclass(frozen=True, slots=True)
class Whom:
    """A group, or one member: exactly one of them."""

    group: str | None = None
    member_id: UUID | None = None

    def __post_init__(self) -> None:
        assert (self.group is None) != (self.member_id is None), "a programme is assigned to a group or to a member"


@dataclass(frozen=True, slots=True)
class PointsDays:
    """From when to when points can be spent that are earned from now on, and when members are told."""

    valid: int | None
    pending: int
    warning: int


async def lock_programme(session: AsyncSession, tenant_id: UUID, programme_id: UUID) -> Programme:
    """The programme, held until the transaction ends. Raises ProgrammeNotFound."""
    found = await session.exec(
        select(Programme).where(Programme.tenant_id == tenant_id, Programme.id == programme_id).with_for_update()
    )
    row = found.one_or_none()
    if row is None:
        raise ProgrammeNotFound
    return row


async def run(
    session: AsyncSession,
    actor: Actor,
    programme_id: UUID,
    *,
    open_to: OpenTo,
    scheme: Scheme | None,
    since: datetime | None = None,
    days: PointsDays | None = None,
    now: datetime,
) -> Programme:
    """Open the programme to everyone or to those it is assigned to, and give it its one scheme.

    The scheme holds for purchases from `since` on, at the earliest from now; the one before stays that of purchases
    before. Whatever was planned before is planned no longer. Days that are not given stay. Raises ProgrammeNotFound.
    """
    row = await lock_programme(session, actor.tenant_id, programme_id)
    since = max(since or now, now)
    said = (await queries.schemes(session, actor.tenant_id)).get(programme_id, [])
    held = scheme_at(said, since)
    before: dict[str, Any] = {"open_to": row.open_to, "scheme": held}
    after: dict[str, Any] = {"open_to": open_to, "scheme": scheme}
    if scheme != held or scheme_after(said, since) is not None:
        session.add(
            ProgrammeScheme(
                tenant_id=actor.tenant_id,
                programme_id=programme_id,
                number=len(said) + 1,
                scheme=scheme,
                since_at=since,
                created_at=now,
                created_by=actor.account_id,
            )
        )
        after["since"] = since.isoformat()
    row.open_to = open_to
    if days is not None:
        before["points_days"] = [row.points_valid_days, row.points_pending_days, row.points_warning_days]
        after["points_days"] = [days.valid, days.pending, days.warning]
        row.points_valid_days, row.points_pending_days, row.points_warning_days = after["points_days"]
    session.add(row)
    await record(session, actor, "programme.changed", ("programme", row.id), before=before, after=after, now=now)
    await touch_rules(session, actor.tenant_id)
    return row


async def assign(session: AsyncSession, actor: Actor, programme_id: UUID, whom: Whom, *, now: datetime) -> None:
    """Assign the programme; twice is once. Raises ProgrammeNotFound; a named member exists."""
    await lock_programme(session, actor.tenant_id, programme_id)
    before = await _assigned(session, actor.tenant_id, programme_id)
    row = {
        "tenant_id": actor.tenant_id,
        "id": new_id(),
        "programme_id": programme_id,
        "group_code": whom.group,
        "member_id": whom.member_id,
        "created_at": now,
    }
    await session.exec(insert(ProgrammeAssignment).on_conflict_do_nothing(), params=row)
    await _note(session, actor, programme_id, before, now)


async def unassign(session: AsyncSession, actor: Actor, programme_id: UUID, whom: Whom, *, now: datetime) -> None:
    """Take the assignment back; none is as well. Raises ProgrammeNotFound."""
    await lock_programme(session, actor.tenant_id, programme_id)
    before = await _assigned(session, actor.tenant_id, programme_id)
    await session.exec(
        delete(ProgrammeAssignment).where(
            col(ProgrammeAssignment.tenant_id) == actor.tenant_id,
            col(ProgrammeAssignment.programme_id) == programme_id,
            _names(whom),
        )
    )
    await _note(session, actor, programme_id, before, now)


async def assigned_to(session: AsyncSession, tenant_id: UUID, member_id: UUID, *, groups: Iterable[str]) -> set[UUID]:
    """The programmes that are assigned to the member of those groups; those open to everyone need not be."""
    found = await session.exec(
        select(ProgrammeAssignment.programme_id).where(
            ProgrammeAssignment.tenant_id == tenant_id,
            or_(
                col(ProgrammeAssignment.member_id) == member_id,
                col(ProgrammeAssignment.group_code).in_(list(groups)),
            ),
        )
    )
    return set(found)


async def programmes_of(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, *, groups: Iterable[str]
) -> list[Programme]:
    """Every programme that the member of those groups has, the tenant's oldest first."""
    assigned = await assigned_to(session, tenant_id, member_id, groups=groups)
    every = await queries.programmes(session, tenant_id)
    return [programme for programme in every if programme.open_to == "everyone" or programme.id in assigned]


async def _assigned(session: AsyncSession, tenant_id: UUID, programme_id: UUID) -> dict[str, Any]:
    rows = list(
        await session.exec(
            select(ProgrammeAssignment).where(
                ProgrammeAssignment.tenant_id == tenant_id, ProgrammeAssignment.programme_id == programme_id
            )
        )
    )
    return {
        "groups": sorted(row.group_code for row in rows if row.group_code is not None),
        "members": sorted(str(row.member_id) for row in rows if row.member_id is not None),
    }


async def _note(session: AsyncSession, actor: Actor, programme_id: UUID, before: dict[str, Any], now: datetime) -> None:
    after = await _assigned(session, actor.tenant_id, programme_id)
    if after != before:
        await record(
            session, actor, "programme.assigned", ("programme", programme_id), before=before, after=after, now=now
        )
        await touch_rules(session, actor.tenant_id)


def _names(whom: Whom) -> ColumnElement[bool]:
    if whom.group is not None:
        return col(ProgrammeAssignment.group_code) == whom.group
    return col(ProgrammeAssignment.member_id) == whom.member_id
