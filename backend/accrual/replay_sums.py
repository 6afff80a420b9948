"""The sums of a replay in the database: portions added one after the other, and the document that they come to."""

import json
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.replay_awards import POINTS, Compared, Kind, difference, documents, kept, read
from backend.accrual.replay_deciding import ALL, DAY, GIVEN, PRODUCT, PROMOTION, WOULD_GIVE, Tally
from backend.accrual.replay_limits import Allowance
from backend.accrual.replay_models import Replay, ReplaySum
from backend.accrual.replay_portion import OfMember
from backend.catalogue.models import Product
from backend.kit.money import format_quantity, format_units

TOP = 20
_MONEY_DECIMALS = 2
_BOUNDS = (-1000, -100, -10, 0, None, 10, 100, 1000)
"""Of the classes of members by what changes for them, in points; None is the smallest gain that there is."""
_SIDES = (GIVEN, WOULD_GIVE)
_MEMBER_COLUMNS = (
    *("member_id", "receipts", "touched", "given", "would_give"),
    *("value", "things", "gains", "loses", "awards", "uses", "stamps"),
)
_ADD_SUMS = text("""
    insert into replay_sum (tenant_id, replay_id, of, name, measure, currency, amount)
    select :tenant, :replay, * from unnest(
        cast(:of as text[]), cast(:name as text[]), cast(:measure as text[]), cast(:currency as text[]),
        cast(:amount as bigint[]))
    on conflict (tenant_id, replay_id, of, name, measure, currency)
    do update set amount = replay_sum.amount + excluded.amount
""")
_ADD_MEMBERS = text("""
    insert into replay_member (tenant_id, replay_id, member_id, receipts, touched, given, would_give, value, things,
        gains, loses, awards, uses, stamps)
    select :tenant, :replay, m.member_id, m.receipts, m.touched, m.given, m.would_give, m.value, m.things, m.gains,
        m.loses, m.awards::jsonb, m.uses::jsonb, m.stamps::jsonb
    from unnest(
        cast(:member_id as uuid[]), cast(:receipts as integer[]), cast(:touched as integer[]), cast(:given as bigint[]),
        cast(:would_give as bigint[]), cast(:value as bigint[]), cast(:things as bigint[]), cast(:gains as boolean[]),
        cast(:loses as boolean[]), cast(:awards as text[]), cast(:uses as text[]), cast(:stamps as text[]))
        m(member_id, receipts, touched, given, would_give, value, things, gains, loses, awards, uses, stamps)
    on conflict (tenant_id, replay_id, member_id) do update set
        receipts = replay_member.receipts + excluded.receipts,
        touched = replay_member.touched + excluded.touched,
        given = replay_member.given + excluded.given,
        would_give = replay_member.would_give + excluded.would_give,
        value = excluded.value, things = excluded.things, gains = excluded.gains, loses = excluded.loses,
        awards = excluded.awards, uses = excluded.uses, stamps = excluded.stamps
""")
_MEMBERS = text("""
    select count(*) as seen, count(*) filter (where touched > 0) as touched,
        count(*) filter (where gains and not loses) as gain, count(*) filter (where loses and not gains) as lose,
        count(*) filter (where gains and loses) as mixed, count(*) filter (where not gains and not loses) as same
    from replay_member where tenant_id = :tenant and replay_id = :replay
""")
_CLASSES = text("""
    select width_bucket(would_give - given, cast(:bounds as bigint[])) as class, count(*) as members
    from replay_member where tenant_id = :tenant and replay_id = :replay group by class
""")
_CHANGED_MOST = text("""
    select member_id, given, would_give, awards from replay_member
    where tenant_id = :tenant and replay_id = :replay and (:sign > 0 and gains or :sign < 0 and loses)
    order by value * :sign desc, things * :sign desc, member_id limit :top
""")
_TOP_PRODUCTS = text("""
    select name from replay_sum
    where tenant_id = :tenant and replay_id = :replay and of = 'product' and measure in ('value', 'receipts')
    group by name
    order by coalesce(sum(amount) filter (where measure = 'value'), 0) desc, sum(amount) desc, name limit :top
""")
_FORGET = tuple(
    text(f"delete from {table} where tenant_id = :tenant and replay_id = :replay")  # noqa: S608 (our tables)
    for table in ("replay_sum", "replay_member")
)


async def add_tally(session: AsyncSession, replay: Replay, tally: Tally, *, points_decimals: int) -> None:
    """Add a portion; what decides the members' next receipts is what it left behind."""
    connection = await session.connection()
    key = {"tenant": replay.tenant_id, "replay": replay.id}
    sums = sorted(tally.sums.items())
    columns = {name: [each[at] for each, _ in sums] for at, name in enumerate(("of", "name", "measure", "currency"))}
    await connection.execute(_ADD_SUMS, {**key, **columns, "amount": [amount for _, amount in sums]})
    rows = [_member_row(member, each, points_decimals) for member, each in sorted(tally.members.items())]
    await connection.execute(_ADD_MEMBERS, {**key, **{name: [row[name] for row in rows] for name in _MEMBER_COLUMNS}})


def _member_row(member_id: UUID, member: OfMember, points_decimals: int) -> dict[str, Any]:
    return {
        "member_id": member_id,
        **{name: getattr(member, name) for name in ("receipts", "touched", "given", "would_give")},
        **difference(member.awards, points_decimals),
        "awards": json.dumps(kept(member.awards)),
        "uses": json.dumps(member.uses),
        "stamps": json.dumps(member.cards),
    }


async def forget_sums(session: AsyncSession, tenant_id: UUID, replay_id: UUID) -> None:
    """The replay has ended: what it added up is in its result, or nobody's concern."""
    connection = await session.connection()
    for each in _FORGET:
        await connection.execute(each, {"tenant": tenant_id, "replay": replay_id})


class Result:
    """The document of a replay, from its sums; `points_decimals` are the programme's."""

    def __init__(self, session: AsyncSession, replay: Replay, points_decimals: int) -> None:
        self._session = session
        self._replay = replay
        self._decimals = points_decimals
        self._key = {"tenant": replay.tenant_id, "replay": replay.id}

    async def document(self, allowance: Allowance) -> dict[str, Any]:
        """Everything that the replay found, whatever its size: tops are cut, days are those of a year at most."""
        whole = (await self._sums(ALL)).get("", {})
        days = sorted((await self._sums(DAY)).items())
        spent = accumulate(self._count(sums, "value") for _, sums in days)
        compared = await self._compared()
        return {
            "receipts": {
                "seen": self._count(whole, "receipts"),
                "touched": self._count(whole, "touched"),
                "broken": self._count(whole, "broken"),
            },
            "members": dict((await self._rows(_MEMBERS))[0]._mapping),  # noqa: SLF001 (a row's public view)
            "points": {name: self._points(amount) for name, amount in zip(_SIDES, compared[POINTS], strict=True)},
            "awards": list(documents(compared, self._decimals)),
            "cost": self._cost(whole),
            "by_day": [
                {"day": day, **self._cost(sums), "spent": format_units(to_here, _MONEY_DECIMALS)}
                for (day, sums), to_here in zip(days, spent, strict=True)
            ],
            "by_promotion": [
                {"promotion": name, **self._cost(sums)} for name, sums in sorted((await self._sums(PROMOTION)).items())
            ],
            "limits": _limits(allowance),
            "gainers": await self._changed_most(1),
            "losers": await self._changed_most(-1),
            "distribution": await self._distribution(),
            "products": await self._products(),
        }

    def _cost(self, sums: dict[tuple[str, str], int]) -> dict[str, Any]:
        money: dict[str, dict[str, str]] = {}
        for (measure, currency), amount in sorted(sums.items()):
            if currency:
                money.setdefault(currency, {})[measure] = format_units(amount, _MONEY_DECIMALS)
        others = {name: self._count(sums, name) for name in ("entries", "coupon", "text") if (name, "") in sums}
        gifts = {"gift": format_quantity(sums["gift", ""])} if ("gift", "") in sums else {}
        return {
            "receipts": self._count(sums, "touched"),
            "uses": self._count(sums, "uses"),
            "points": self._points(self._count(sums, "points")),
            "money": money,
            **others,
            **gifts,
        }

    async def _sums(self, of: str, names: list[str] | None = None) -> dict[str, dict[tuple[str, str], int]]:
        query = select(ReplaySum).where(
            ReplaySum.tenant_id == self._replay.tenant_id, ReplaySum.replay_id == self._replay.id, ReplaySum.of == of
        )
        if names is not None:
            query = query.where(col(ReplaySum.name).in_(names))
        found: dict[str, dict[tuple[str, str], int]] = {}
        for row in await self._session.exec(query):
            found.setdefault(row.name, {})[row.measure, row.currency] = row.amount
        return found

    async def _compared(self) -> Compared:
        compared: Compared = {POINTS: [0, 0]}
        for at, of in enumerate(_SIDES):
            for name, sums in (await self._sums(of)).items():
                for (measure, currency), amount in sums.items():
                    compared.setdefault(Kind(measure, name, currency), [0, 0])[at] += amount
        return compared

    async def _changed_most(self, sign: int) -> list[dict[str, Any]]:
        """Who would be given more of something, or less; first those to whom money and points make most of it."""
        return [
            {
                "member": str(row.member_id),
                "given": self._points(row.given),
                "would_give": self._points(row.would_give),
                "difference": self._points(row.would_give - row.given),
                "awards": list(documents(read(row.awards), self._decimals)),
            }
            for row in await self._rows(_CHANGED_MOST, sign=sign, top=TOP)
        ]

    async def _distribution(self) -> list[dict[str, Any]]:
        """Members by what changes for them: from so many points on, and below so many."""
        unit = 10**self._decimals
        bounds = [1 if bound is None else bound * unit for bound in _BOUNDS]
        members = {row[0]: row.members for row in await self._rows(_CLASSES, bounds=bounds)}
        ends = [None, *map(self._points, bounds), None]
        return [
            {"from": ends[at], "below": ends[at + 1], "members": members.get(at, 0)} for at in range(len(bounds) + 1)
        ]

    async def _products(self) -> list[dict[str, Any]]:
        skus = [row.name for row in await self._rows(_TOP_PRODUCTS, top=TOP)]
        sums = await self._sums(PRODUCT, skus)
        names = await self._session.exec(
            select(Product.sku, Product.name).where(
                Product.tenant_id == self._replay.tenant_id, col(Product.sku).in_(skus)
            )
        )
        called = dict(names.all())
        return [{"sku": sku, "name": called.get(sku), **self._of_product(sums[sku])} for sku in skus]

    def _of_product(self, sums: dict[tuple[str, str], int]) -> dict[str, Any]:
        cost = self._cost(sums)
        return {"receipts": self._count(sums, "receipts"), "points": cost["points"], "money": cost["money"]}

    async def _rows(self, question: Any, **values: object) -> list[Any]:  # noqa: ANN401 (a prepared text)
        return list(await (await self._session.connection()).execute(question, {**self._key, **values}))

    def _count(self, sums: dict[tuple[str, str], int], measure: str) -> int:
        return sums.get((measure, ""), 0)

    def _points(self, points: int) -> str:
        return format_units(points, self._decimals)


def _limits(allowance: Allowance) -> list[dict[str, Any]]:
    """What each limit would have come to, and the first day on which too little was left."""
    found = []
    for pool, total in sorted(allowance.pools.items()):
        promotion, kind = pool
        decimals = _MONEY_DECIMALS if kind == "value" else 0
        used = allowance.used[pool]
        amounts = {"total": total, "used": used, "left": total - used}
        found.append(
            {"promotion": promotion or None, "kind": kind}
            | {name: format_units(amount, decimals) for name, amount in amounts.items()}
            | {"short_on": allowance.short_on.get(pool)}
        )
    return found
