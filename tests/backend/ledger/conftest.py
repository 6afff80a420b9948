"""A fresh tenant with members, its verbs each in a transaction of its own, and an auditor who reads as the owner."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from backend.kit.db import Database, connect
from backend.kit.ids import new_id
from backend.ledger import queries, service
from backend.ledger.errors import LedgerRefusal
from backend.ledger.service import Posted, Posting
from backend.members.models import Member
from backend.programmes.models import Programme, Tenant

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)

OpenShop = Callable[..., Awaitable["Shop"]]

# Each question finds the rows that break a promise.
_PROMISES = {
    "L1: a transfer's entries sum to 0": """
        select t.id from ledger_transfer t left join ledger_entry e on e.tenant_id = t.tenant_id and e.transfer_id = t.id
        where t.tenant_id = $1 group by t.id having coalesce(sum(e.amount), 1) <> 0
    """,
    "L3: a balance is the sum of its entries": """
        select a.id from ledger_account a left join ledger_entry e on e.tenant_id = a.tenant_id and e.account_id = a.id
        where a.tenant_id = $1 and a.kind <> 'issuer'
        group by a.id, a.balance having a.balance <> coalesce(sum(e.amount), 0)
    """,
    "L3: every balance_after is the sum until there": """
        select account_id from (
            select e.*, sum(amount) over (partition by account_id order by seq) as running from ledger_entry e
            where tenant_id = $1 and seq is not null
        ) entries where balance_after <> running
    """,
    "an entry has its account, counted unless it is the issuer's": """
        select e.account_id from ledger_entry e
        left join ledger_account a on a.tenant_id = e.tenant_id and a.id = e.account_id
        where e.tenant_id = $1 and (a.id is null or (a.kind = 'issuer') <> (e.seq is null))
    """,
    "a wallet counts its transfers without a gap": """
        select a.member_id from ledger_account a
        left join ledger_entry e on e.tenant_id = a.tenant_id and e.account_id = a.id
        where a.tenant_id = $1 and a.kind <> 'issuer' group by a.member_id, a.programme_id
        having max(a.last_seq) <> count(distinct e.transfer_id) or max(a.last_seq) <> coalesce(max(e.seq), 0)
    """,
    "a debt is paid before points gather": """
        select member_id from ledger_account where tenant_id = $1 and kind <> 'issuer'
        group by member_id, programme_id
        having min(balance) < 0 and max(balance - held) > 0
    """,
    "L7: no more is taken back than was given": """
        select t.id from ledger_transfer t
        join ledger_transfer r on r.tenant_id = t.tenant_id and (r.id = t.id or r.reverses = t.id)
        join ledger_entry e on e.tenant_id = r.tenant_id and e.transfer_id = r.id and e.seq is not null
        where t.tenant_id = $1 and t.kind = 'earn' group by t.id having sum(e.amount) < 0
    """,
}


class Shop:
    """One tenant, seen through the application's connections; `auditor` is the owner's."""

    noon = NOON

    def __init__(self, database: Database, auditor: asyncpg.Connection) -> None:
        self.database = database
        self.auditor = auditor
        self.tenant_id = new_id()
        self.programme_id = new_id()
        self.members: list[UUID] = []

    async def post(self, postings: Sequence[Posting], *, now: datetime = NOON) -> list[Posted | LedgerRefusal]:
        async with self.database.transaction(self.tenant_id) as session:
            return await service.post(session, self.tenant_id, postings, now=now)

    async def earn(self, member: int, points: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.earn, member, points, reference, **rest)

    async def burn(self, member: int, points: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.burn, member, points, reference, **rest)

    async def take_back(self, member: int, points: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.take_back, member, points, reference, **rest)

    async def _verb(
        self, verb: Callable[..., Awaitable[Posted]], member: int, points: int, reference: str, **rest: Any
    ) -> Posted:
        async with self.database.transaction(self.tenant_id) as session:
            return await verb(
                session,
                tenant_id=self.tenant_id,
                programme_id=self.programme_id,
                member_id=self.members[member],
                points=points,
                reference=reference,
                **{"event_at": NOON, "now": NOON, **rest},
            )

    async def wallet(self, member: int) -> queries.Wallet:
        async with self.database.transaction(self.tenant_id) as session:
            found = await queries.wallet(session, self.tenant_id, self.members[member])
        return found.get(self.programme_id, queries.Wallet())

    async def entries(self, member: int, **page: Any) -> list[queries.EntryLine]:
        async with self.database.transaction(self.tenant_id) as session:
            return await queries.entries(
                session, self.tenant_id, self.members[member], self.programme_id, **{"limit": 1000, **page}
            )

    async def hold(self, member: int, points: int) -> None:
        await self.auditor.execute(
            "update ledger_account set held = $3 where tenant_id = $1 and member_id = $2 and kind = 'points'",
            self.tenant_id,
            self.members[member],
            points,
        )

    async def posted(self) -> tuple[set[Any], set[Any]]:
        """Every transfer and entry of the tenant, as they stand."""
        transfers = await self.auditor.fetch("select * from ledger_transfer where tenant_id = $1", self.tenant_id)
        entries = await self.auditor.fetch("select * from ledger_entry where tenant_id = $1", self.tenant_id)
        return {tuple(row.items()) for row in transfers}, {tuple(row.items()) for row in entries}

    async def trace(self) -> tuple[Any, ...]:
        """All that the ledger holds of the tenant, to see that a refusal changes none of it."""
        accounts = await self.auditor.fetch("select * from ledger_account where tenant_id = $1", self.tenant_id)
        return ({tuple(row.items()) for row in accounts}, *await self.posted())

    async def audit(self) -> None:
        """Every promise that a question to the whole ledger can prove."""
        for promise, broken in _PROMISES.items():
            assert await self.auditor.fetch(broken, self.tenant_id) == [], promise


@pytest.fixture
async def open_shop(database: Database, owner_url: str) -> AsyncIterator[OpenShop]:
    """Opens a tenant whose programme has points of that many decimals, with so many members."""
    owner = create_async_engine("postgresql+asyncpg://", async_creator=lambda: connect(owner_url, role=None))
    auditor = await asyncpg.connect(owner_url)

    async def opened(*, members: int = 1, points_decimals: int = 0, through: Database = database) -> Shop:
        shop = Shop(through, auditor)
        slug = shop.tenant_id.hex
        row = {"tenant_id": shop.tenant_id, "created_at": NOON, "name": "Pekara", "language": "sr-Latn"}
        tenant = {**row, "id": shop.tenant_id, "slug": slug, "time_zone": "Europe/Belgrade"}
        programme = {
            **row,
            "id": shop.programme_id,
            "code": slug,
            "currency": "RSD",
            "points_decimals": points_decimals,
        }
        shop.members = [new_id() for _ in range(members)]
        async with owner.begin() as connection:
            await connection.execute(insert(Tenant), _columns(Tenant, tenant))
            await connection.execute(insert(Programme), _columns(Programme, programme))
            for member_id in shop.members:
                member = {**row, "id": member_id, "phone_hash": member_id.bytes}
                await connection.execute(insert(Member), _columns(Member, member))
        return shop

    yield opened
    await auditor.close()
    await owner.dispose()


@pytest.fixture
async def shop(open_shop: OpenShop) -> Shop:
    return await open_shop(members=3)


def _columns(table: type[SQLModel], row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name in table.model_fields}
