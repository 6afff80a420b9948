"""A fresh tenant with members, its verbs each in a transaction of its own, and an auditor who reads as the owner."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

from backend.kit.audit import Actor
from backend.kit.db import Database, connect
from backend.kit.ids import new_id
from backend.ledger import queries, service
from backend.ledger.errors import LedgerRefusal
from backend.ledger.service import Posted, Posting
from backend.ledger.verifying import verify
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
    "a debt is paid before points gather, but for those that a hold kept from it": """
        select member_id from ledger_account where tenant_id = $1 and kind <> 'issuer'
            and not exists (select from ledger_hold h where h.tenant_id = $1 and h.state <> 'open')
        group by member_id, programme_id
        having min(balance) < 0 and max(balance - held) > 0
    """,
    "L7: no more is taken back than was given": """
        select t.id from ledger_transfer t
        join ledger_transfer r on r.tenant_id = t.tenant_id and (r.id = t.id or r.reverses = t.id)
        join ledger_entry e on e.tenant_id = r.tenant_id and e.transfer_id = r.id and e.seq is not null
        where t.tenant_id = $1 and t.kind = 'earn' group by t.id having sum(e.amount) < 0
    """,
    "L7: no more is given back than was spent": """
        select t.id from ledger_transfer t
        join ledger_transfer r on r.tenant_id = t.tenant_id and (r.id = t.id or r.reverses = t.id)
        join ledger_entry e on e.tenant_id = r.tenant_id and e.transfer_id = r.id and e.seq is not null
        where t.tenant_id = $1 and t.kind in ('burn', 'capture') group by t.id having sum(e.amount) > 0
    """,
    "an account has what its lots have left, and holds what they hold": """
        select a.id from ledger_account a
        left join ledger_lot l on l.tenant_id = a.tenant_id and l.account_id = a.id
        where a.tenant_id = $1 and a.kind = 'points' group by a.id, a.balance, a.held
        having a.balance <> coalesce(sum(l.remaining), 0) or a.held <> coalesce(sum(l.held), 0)
    """,
    "a lot has left what its uses leave": """
        select l.seq from ledger_lot l left join ledger_lot_use u
            on (u.tenant_id, u.account_id, u.seq, u.part) = (l.tenant_id, l.account_id, l.seq, l.part)
        where l.tenant_id = $1 group by l.tenant_id, l.account_id, l.seq, l.part
        having l.remaining <> l.amount + coalesce(sum(u.amount), 0)
    """,
    "L6: what is held is what open holds set aside": """
        select l.seq from ledger_lot l left join (
            select p.* from ledger_hold_lot p join ledger_hold h on h.tenant_id = p.tenant_id and h.id = p.hold_id
            where h.state = 'open'
        ) p on (p.tenant_id, p.account_id, p.seq, p.part) = (l.tenant_id, l.account_id, l.seq, l.part)
        where l.tenant_id = $1 group by l.tenant_id, l.account_id, l.seq, l.part
        having l.held <> coalesce(sum(p.points), 0)
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

    async def adjust(self, member: int, points: int, reference: str, **rest: Any) -> Posted:
        async with self.database.transaction(self.tenant_id) as session:
            return await service.adjust(
                session,
                Actor(self.tenant_id, None),
                programme_id=self.programme_id,
                member_id=self.members[member],
                points=points,
                reference=reference,
                **{"reason": "a complaint", "now": NOON, **rest},
            )

    async def roll_back(self, member: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.roll_back, member, rest.pop("points", None), reference, **rest)

    async def hold(self, member: int, points: int, reference: str, **rest: Any) -> Posted:
        ends = {"event_at": None, "expires_at": datetime.now(UTC) + timedelta(hours=1), **rest}
        return await self._verb(service.hold, member, points, reference, **ends)

    async def capture(self, member: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.capture, member, rest.pop("points", None), reference, **rest)

    async def release(self, member: int, reference: str, **rest: Any) -> Posted:
        return await self._verb(service.release, member, None, reference, **{"event_at": None, **rest})

    async def transfer(self, member: int, receiver: int, reference: str, **rest: Any) -> Posted:
        rest["receiver_id"] = self.members[receiver]
        return await self._verb(service.transfer, member, rest.pop("points", None), reference, **rest)

    async def _verb(
        self, verb: Callable[..., Awaitable[Posted]], member: int, points: int | None, reference: str, **rest: Any
    ) -> Posted:
        given = {"event_at": NOON, "now": NOON, "points": points, **rest}
        async with self.database.transaction(self.tenant_id) as session:
            return await verb(
                session,
                tenant_id=self.tenant_id,
                programme_id=self.programme_id,
                member_id=self.members[member],
                reference=reference,
                **{name: value for name, value in given.items() if value is not None},
            )

    async def wallet(self, member: int, *, now: datetime = NOON, **rest: Any) -> queries.Wallet:
        async with self.database.transaction(self.tenant_id) as session:
            found = await queries.balances(session, self.tenant_id, self.members[member], now=now, **rest)
        return found.get(self.programme_id, queries.Wallet())

    async def lots(self, member: int) -> list[tuple[int, datetime | None]]:
        """What each of the wallet's lots has left and when it ends, in the order in which they are spent."""
        rows = await self.auditor.fetch(
            "select l.remaining, l.expires_at from ledger_lot l "
            "join ledger_account a on a.tenant_id = l.tenant_id and a.id = l.account_id "
            "where l.tenant_id = $1 and a.member_id = $2 order by l.expires_at, l.seq, l.part",
            self.tenant_id,
            self.members[member],
        )
        return [(row["remaining"], row["expires_at"]) for row in rows]

    async def valid(self, valid: int | None, *, pending: int = 0, warning: int = 14) -> None:
        """What is earned from now on is valid for so many days, and pending for so many."""
        await self.auditor.execute(
            "update programme set points_valid_days = $2, points_pending_days = $3, points_warning_days = $4 "
            "where tenant_id = $1",
            self.tenant_id,
            valid,
            pending,
            warning,
        )

    async def let_lapse(self, reference: str) -> None:
        """The hold's time is over, as the database's clock will find."""
        await self.auditor.execute(
            "update ledger_hold set expires_at = now() - interval '1 second' where tenant_id = $1 and reference = $2",
            self.tenant_id,
            reference,
        )

    async def entries(self, member: int, **page: Any) -> list[queries.EntryLine]:
        async with self.database.transaction(self.tenant_id) as session:
            return await queries.entries(
                session, self.tenant_id, self.members[member], self.programme_id, **{"limit": 1000, **page}
            )

    async def posted(self) -> tuple[set[Any], set[Any]]:
        """Every transfer and entry of the tenant, as they stand."""
        transfers = await self.auditor.fetch("select * from ledger_transfer where tenant_id = $1", self.tenant_id)
        entries = await self.auditor.fetch("select * from ledger_entry where tenant_id = $1", self.tenant_id)
        return {tuple(row.items()) for row in transfers}, {tuple(row.items()) for row in entries}

    async def trace(self) -> tuple[Any, ...]:
        """All that the ledger holds of the tenant, to see that a refusal changes none of it."""
        moving = [
            await self.auditor.fetch(f"select * from {table} where tenant_id = $1", self.tenant_id)  # noqa: S608 (ours)
            for table in ("ledger_account", "ledger_lot", "ledger_hold")
        ]
        return (*({tuple(row.items()) for row in rows} for rows in moving), *await self.posted())

    async def audit(self) -> None:
        """Every promise that a question to the whole ledger can prove."""
        for promise, broken in _PROMISES.items():
            assert await self.auditor.fetch(broken, self.tenant_id) == [], promise

    async def verified(self) -> None:
        """The promises, and that the product's own verifier sees nothing that is not there."""
        await self.audit()
        assert [reached.fault async for reached in verify(self.database, self.tenant_id)][-1] is None


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
