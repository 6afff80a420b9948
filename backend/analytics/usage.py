"""How much each tenant uses: members that joined, receipts submitted and messages written, by month of its own time."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.members.models import Member
from backend.messages.models import Message
from backend.receipts.models import Receipt

_COUNTED: dict[str, Any] = {"members": Member, "receipts": Receipt, "messages": Message}


@dataclass(frozen=True, slots=True)
class Usage:
    """Totals, and the same for each month such as 2026-11 in which there was something, the newest first."""

    total: dict[str, int]
    months: dict[str, dict[str, int]] = field(default_factory=dict)


async def usage(session: AsyncSession, tenant_id: UUID, *, time_zone: str) -> Usage:
    """What the tenant has used so far."""
    months: dict[str, dict[str, int]] = {}
    for name, table in _COUNTED.items():
        month = func.to_char(func.timezone(time_zone, col(table.created_at)), "YYYY-MM")
        counted = await session.exec(select(month, func.count()).where(table.tenant_id == tenant_id).group_by(month))
        for key, count in counted:
            months.setdefault(key, dict.fromkeys(_COUNTED, 0))[name] = count
    total = {name: sum(month[name] for month in months.values()) for name in _COUNTED}
    return Usage(total, dict(sorted(months.items(), reverse=True)))
