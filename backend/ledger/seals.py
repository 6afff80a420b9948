"""Seals the ledger day by day, and finds what was changed since.

A seal is a hash over the one before and over every transfer since, with its entries. Whoever may change rows and every
hash of them can rewrite the chain, but not a head that was kept elsewhere: publish it. Seals need nothing of the clock
of whoever asks, nor do they wait for postings: a transfer that is being written goes into the next one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.kit.db import Database, driver
from backend.ledger.seal_models import LedgerSeal

TRANSFERS_MAX = 200_000
"""In one seal, so that one is made, and looked at again, in a few seconds."""

_SEAL = "select public.ledger_seal_next($1, $2)"
_FAULT = "select transfer, fault from public.ledger_seal_fault($1, $2)"
_UNSEALED = "select public.ledger_unsealed($1)"


@dataclass(frozen=True, slots=True)
class Audited:
    """What looking through a tenant's seals found: how many are right, the last of those, and the first fault."""

    seals: int
    transfers: int
    head: str
    fault: str | None
    transfer_id: UUID | None = None


async def seal(database: Database, tenant_id: UUID) -> int:
    """Seal what the tenant's ledger has taken since the last seal; how many seals that made."""
    made = 0
    while True:
        async with database.transaction(tenant_id) as session:
            number = await (await driver(session)).fetchval(_SEAL, tenant_id, TRANSFERS_MAX)
        if number is None:
            return made
        made += 1


async def head(session: AsyncSession, tenant_id: UUID) -> LedgerSeal | None:
    """The tenant's newest seal: what to keep elsewhere."""
    newest = (
        select(LedgerSeal).where(LedgerSeal.tenant_id == tenant_id).order_by(col(LedgerSeal.number).desc()).limit(1)
    )
    return (await session.exec(newest)).first()


async def audit(database: Database, tenant_id: UUID, *, known: Mapping[int, str] | None = None) -> Audited:
    """Hold every sealed transfer against its seal, in order. `known` are heads that were kept elsewhere, by number."""
    noted = dict(known or {})
    async with database.transaction(tenant_id) as session:
        of_tenant = select(LedgerSeal).where(LedgerSeal.tenant_id == tenant_id).order_by(col(LedgerSeal.number))
        seals = list(await session.exec(of_tenant))
    right, transfers, last = 0, 0, ""
    for own in seals:
        transfer_id, fault = await _fault(database, tenant_id, own.number)
        if fault is None and own.number != right + 1:
            fault = f"seal {right + 1} is missing"
        if fault is None and noted.pop(own.number, own.hash.hex()) != own.hash.hex():
            fault = f"seal {own.number} is not the one that was noted"
        if fault is not None:
            return Audited(right, transfers, last, fault, transfer_id)
        right, transfers, last = own.number, transfers + own.transfers, own.hash.hex()
    if noted:
        return Audited(right, transfers, last, f"seal {min(noted)} is missing")
    async with database.transaction(tenant_id) as session:
        unsealed = await (await driver(session)).fetchval(_UNSEALED, tenant_id)
    fault = f"transfer {unsealed} was put among those that were sealed" if unsealed else None
    return Audited(right, transfers, last, fault, unsealed)


async def _fault(database: Database, tenant_id: UUID, number: int) -> tuple[UUID | None, str | None]:
    async with database.transaction(tenant_id) as session:
        row = await (await driver(session)).fetchrow(_FAULT, tenant_id, number)
    return row["transfer"], row["fault"]
