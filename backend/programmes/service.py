"""Setting a tenant up and changing it, as its file's plan says."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, text
from sqlmodel import SQLModel, col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.ids import new_id
from backend.programmes import queries
from backend.programmes.models import HostName, Outlet, Partner, Programme, Tenant
from backend.programmes.tenant_plan import Change, of_kind


async def lock_setup(session: AsyncSession, slug: str) -> None:
    """Hold the slug until the transaction ends: a file is applied alone."""
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"tenant:{slug}"}
    )


async def carry_out(session: AsyncSession, tenant_id: UUID, changes: Iterable[Change], *, now: datetime) -> None:
    """Change what the plan says, in a transaction of that tenant; a tenant that the plan adds gets that id."""
    changes = list(changes)
    await _tenant(session, tenant_id, changes, now)
    for change in of_kind(changes, "host"):
        if change.verb == "added":
            session.add(HostName(host=change.thing[1], tenant_id=tenant_id))
        else:
            await session.exec(delete(HostName).where(col(HostName.host) == change.thing[1]))
    for kind, model, name in (("programme", Programme, "code"), ("partner", Partner, "tax_id")):
        for change in of_kind(changes, kind):
            await _write(session, model, tenant_id, name, change, change.after, now)
    await session.flush()  # outlets point to partners
    partners = {partner.tax_id: partner.id for partner in await queries.partners(session, tenant_id)}
    for change in of_kind(changes, "outlet"):
        await _write(session, Outlet, tenant_id, "code", change, _outlet(change, partners, now), now)
    await touch_rules(session, tenant_id)


async def touch_rules(session: AsyncSession, tenant_id: UUID) -> None:
    """Say that what decides about the tenant's receipts has changed: a process that holds it in memory reads it anew."""
    await session.exec(
        update(Tenant).where(col(Tenant.id) == tenant_id).values(rules_version=col(Tenant.rules_version) + 1)
    )


async def _tenant(session: AsyncSession, tenant_id: UUID, changes: list[Change], now: datetime) -> None:
    values: dict[str, Any] = {}
    for change in of_kind(changes, "tenant"):
        values |= change.after
        if change.verb == "added":
            session.add(Tenant(id=tenant_id, slug=change.thing[1], created_at=now, **change.after))
            await session.flush()  # everything else points to it
    present = await queries.tenant(session, tenant_id)
    for column in ("branding", "settings"):
        for change in of_kind(changes, column):
            kept = {key: value for key, value in getattr(present, column).items() if key not in change.before}
            values[column] = kept | change.after
    if values:
        await session.exec(update(Tenant).where(col(Tenant.id) == tenant_id).values(**values))


async def _write(
    session: AsyncSession,
    model: type[SQLModel],
    tenant_id: UUID,
    name: str,
    change: Change,
    values: dict[str, Any],
    now: datetime,
) -> None:
    identity = {"tenant_id": tenant_id, name: change.thing[1]}
    if change.verb == "added":
        session.add(model(**identity, id=new_id(), created_at=now, **values))
    else:
        await session.exec(update(model).filter_by(**identity).values(**values))


def _outlet(change: Change, partners: dict[str, UUID], now: datetime) -> dict[str, Any]:
    values = dict(change.after)
    if "partner" in values:
        values["partner_id"] = partners[values.pop("partner")]
    if "open" in values:
        values["closed_at"] = None if values.pop("open") else now
    return values
