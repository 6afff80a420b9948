"""Giving what is worth no points, and taking it back: each award gives once, and never more is taken than was given.

What a member has used already is not taken back here: a coupon that is spent stays spent.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns.codes import folded
from backend.promotions.contract import Award, StampChange
from backend.rewards.models import Coupon, DrawEntry, Gift, StampCount, TakenBack, Voucher

COUPON_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without what is read as something else."""
_COUPON_LENGTH = 10
Counted = TypeVar("Counted", Voucher, DrawEntry)


@dataclass(frozen=True, slots=True)
class Source:
    """The award that gives, of which receipt, in which programme and to whom."""

    tenant_id: UUID
    award_id: UUID
    receipt_id: UUID
    programme_id: UUID
    member_id: UUID


@dataclass(frozen=True, slots=True)
class Due:
    """How many units of what stands at a position of an award refunds return, all of them together."""

    position: int
    kind: str
    name: str | None
    units: int


def give(
    session: AsyncSession,
    source: Source,
    awards: Iterable[Award],
    *,
    currency: str,
    valid_from: datetime,
    now: datetime,
) -> None:
    """Write what the award gives beside points, by position. Texts and discounts are given by saying them."""
    for position, award in enumerate(awards):
        match award.kind:
            case "card" | "receipt" | "cashback":
                session.add(_voucher(source, position, award, currency=currency, valid_from=valid_from, now=now))
            case "coupon":
                session.add_all(_coupon(source, position, award.name or "", now) for _ in range(award.value))
            case "entries":
                session.add(_entries(source, position, award, now))
            case "gift":
                session.add(_gift(source, position, award, now))


async def stamp(session: AsyncSession, source: Source, change: StampChange) -> None:
    """Move the member's counter as it was decided; the caller holds the member's turn."""
    row = {
        "tenant_id": source.tenant_id,
        "programme_id": source.programme_id,
        "member_id": source.member_id,
        "counter": change.counter,
        "units": change.after,
    }
    statement = insert(StampCount)
    key = ["tenant_id", "programme_id", "member_id", "counter"]
    moved = {"units": func.greatest(col(StampCount.units) + change.after - change.before, 0)}
    await session.exec(statement.on_conflict_do_update(index_elements=key, set_=moved), params=row)


async def unstamp(session: AsyncSession, source: Source, counter: str, units: int) -> None:
    """Take so many stamps back, or give back those of a full card whose reward is gone if negative; never below none."""
    await session.exec(
        update(StampCount)
        .where(
            col(StampCount.tenant_id) == source.tenant_id,
            col(StampCount.programme_id) == source.programme_id,
            col(StampCount.member_id) == source.member_id,
            col(StampCount.counter) == counter,
        )
        .values(units=func.greatest(col(StampCount.units) - units, 0))
    )


async def take_back(
    session: AsyncSession, source: Source, refund_id: UUID, dues: Iterable[Due], *, now: datetime
) -> list[TakenBack]:
    """Take back what all refunds return together, less what was taken before; what is new is this refund's."""
    taken = []
    for due in dues:
        units = await _take(session, source, due)
        if units > 0:
            taken.append(
                TakenBack(
                    tenant_id=source.tenant_id,
                    refund_id=refund_id,
                    award_id=source.award_id,
                    position=due.position,
                    receipt_id=source.receipt_id,
                    kind=due.kind,
                    name=due.name,
                    units=units,
                    taken_at=now,
                )
            )
    session.add_all(taken)
    return taken


async def _take(session: AsyncSession, source: Source, due: Due) -> int:
    match due.kind:
        case "card" | "receipt" | "cashback":
            return await _take_money(session, source, due)
        case "entries":
            return await _take_entries(session, source, due)
        case "coupon":
            return await _take_coupons(session, source, due)
        case "gift":
            return await _take_gift(session, source, due)
    return 0


async def _take_money(session: AsyncSession, source: Source, due: Due) -> int:
    row = await _locked(session, Voucher, source, due)
    units = min(due.units, row.amount_minor) - row.taken_minor
    if units > 0:
        row.taken_minor += units
        row.state = "taken_back" if row.taken_minor == row.amount_minor else row.state
        session.add(row)
    return units


async def _take_entries(session: AsyncSession, source: Source, due: Due) -> int:
    row = await _locked(session, DrawEntry, source, due)
    units = min(due.units, row.entries) - row.taken
    if units > 0:
        row.taken += units
        session.add(row)
    return units


async def _take_coupons(session: AsyncSession, source: Source, due: Due) -> int:
    if not due.units:
        return 0
    taken = await session.exec(
        update(Coupon)
        .where(*_given_at(Coupon, source, due), col(Coupon.state).in_(["given", "held"]))
        .values(state="taken_back", used_by=None)
        .returning(col(Coupon.code))
    )
    return len(taken.all())


async def _take_gift(session: AsyncSession, source: Source, due: Due) -> int:
    if not due.units:
        return 0
    taken = await session.exec(
        update(Gift)
        .where(*_given_at(Gift, source, due), col(Gift.state) == "given")
        .values(state="taken_back")
        .returning(col(Gift.quantity_milli))
    )
    return sum(quantity for (quantity,) in taken)


async def _locked(session: AsyncSession, model: type[Counted], source: Source, due: Due) -> Counted:
    """The one row of what is taken part by part, nobody else's until the transaction ends."""
    return (await session.exec(select(model).where(*_given_at(model, source, due)).with_for_update())).one()


def _given_at(
    model: type[Voucher | DrawEntry | Coupon | Gift], source: Source, due: Due
) -> tuple[ColumnElement[bool], ...]:
    """What the award gave at that position."""
    return (
        col(model.tenant_id) == source.tenant_id,
        col(model.award_id) == source.award_id,
        col(model.position) == due.position,
    )


def _of(source: Source, position: int, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": source.tenant_id,
        "award_id": source.award_id,
        "position": position,
        "receipt_id": source.receipt_id,
        "member_id": source.member_id,
        "created_at": now,
    }


def _voucher(
    source: Source, position: int, award: Award, *, currency: str, valid_from: datetime, now: datetime
) -> Voucher:
    return Voucher(
        **_of(source, position, now),
        programme_id=source.programme_id,
        kind=award.kind,
        amount_minor=award.value,
        currency=currency,
        valid_from_at=valid_from,
        valid_to_on=award.valid_to_on,
        redeem_at=list(award.redeem_at),
    )


def _coupon(source: Source, position: int, series: str, now: datetime) -> Coupon:
    secret = "".join(secrets.choice(COUPON_ALPHABET) for _ in range(_COUPON_LENGTH))
    return Coupon(**_of(source, position, now), code=folded(f"{series}-{secret}"), series=series)


def _entries(source: Source, position: int, award: Award, now: datetime) -> DrawEntry:
    return DrawEntry(
        **_of(source, position, now),
        draw=award.name or "",
        source=f"award:{source.award_id}:{position}",
        entries=award.value,
    )


def _gift(source: Source, position: int, award: Award, now: datetime) -> Gift:
    return Gift(**_of(source, position, now), sku=award.name or "", quantity_milli=award.value)
