"""Uses of limited promotions by receipts: held when they are shown, captured when they are given, released when they are not.

A use is one row of (receipt, promotion), so each verb happens once however often it is called. A refund puts value back
into the budget it came from and leaves the use counted: who returned the goods has used the promotion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns import pools
from backend.campaigns.content import WHOLE, Limits, pools_of
from backend.campaigns.models import MemberUses, PromotionUse
from backend.campaigns.pools import PoolName
from backend.campaigns.timeline import Rule

EVER = "ever"
Key = tuple[UUID, str]
"""A campaign and the id of its promotion."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The receipt that uses promotions, whose it is, and the day of the purchase by the outlet's clock."""

    tenant_id: UUID
    receipt_id: UUID
    member_id: UUID | None
    day: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One use of one promotion, with its value in hundredths of money or of a point, and which pools it draws on."""

    campaign_id: UUID
    promotion: str
    value_centi: int
    limits: Limits
    pools: tuple[str, ...]

    @property
    def key(self) -> Key:
        """What the claim is for."""
        return self.campaign_id, self.promotion


@dataclass(frozen=True, slots=True)
class Short:
    """The claim that could not be met, by the engine's reason: `limit` or `budget`."""

    key: Key
    reason: str


class _Refused(Exception):
    def __init__(self, short: Short) -> None:
        super().__init__(short.reason)
        self.short = short


def claim_of(rule: Rule, promotion: str, value_centi: int) -> Claim | None:
    """The claim that a promotion's award makes; None for one that nothing limits."""
    limits = rule.limits.get(promotion, Limits())
    drawn = pools_of(rule.content)
    own = [f"own-{kind}" for kind in ("uses", "value") if (promotion, kind) in drawn]
    whole = [f"all-{kind}" for kind in ("uses", "value") if (WHOLE, kind) in drawn]
    if not limits.any and not whole:
        return None
    return Claim(rule.campaign_id, promotion, value_centi, limits, (*own, *whole))


async def reserve(
    session: AsyncSession, subject: Subject, claims: Iterable[Claim], *, may_wait: bool = True, now: datetime
) -> Short | None:
    """Hold what all the claims need, or nothing and the first that could not be met. Twice is once.

    What the receipt holds already for the same value stays held; for another value it is let go and taken anew. With
    `may_wait` false nobody is waited for, at the price that the last units are not found.
    """
    wanted = sorted(claims, key=lambda claim: claim.key)
    try:
        async with session.begin_nested():
            fresh = await _fresh(session, subject, wanted, now)
            for claim in fresh:
                await _count(session, subject, claim)
            await _draw(session, subject, fresh, may_wait=may_wait)
    except _Refused as refused:
        return refused.short
    return None


async def reserve_more(
    session: AsyncSession, subject: Subject, claims: Iterable[Claim], *, now: datetime
) -> Short | None:
    """As `reserve`, for a receipt that was settled before and is given more, under its lock; call it once for what is given.

    Of a promotion that was given to it already, the claim's value is taken on top and no further use is counted.
    """
    wanted = sorted(claims, key=lambda claim: claim.key)
    try:
        async with session.begin_nested():
            given = {
                (use.campaign_id, use.promotion): use
                for use in await standing_uses(session, subject.tenant_id, subject.receipt_id)
            }
            fresh = await _fresh(session, subject, [claim for claim in wanted if claim.key not in given], now)
            for claim in fresh:
                await _count(session, subject, claim)
            more = [replace(claim, pools=_valued(given[claim.key])) for claim in wanted if claim.key in given]
            await _draw(session, subject, [*fresh, *more], may_wait=True)
            for claim in more:
                use = given[claim.key]
                use.value_centi, use.changed_at = use.value_centi + claim.value_centi, now
                session.add(use)
    except _Refused as refused:
        return refused.short
    return None


def short_of(claims: Iterable[Claim], left: Mapping[PoolName, int]) -> Claim | None:
    """The claim that could not be met if all were, by what is left; for whoever takes nothing."""
    drawn = _drawn(sorted(claims, key=lambda claim: claim.key))
    return next((claim for name, (units, claim) in drawn if name in left and units > left[name]), None)


async def standing_uses(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[PromotionUse]:
    """What the receipt holds or was given."""
    return list(
        await session.exec(
            select(PromotionUse).where(*_of(tenant_id, receipt_id), col(PromotionUse.state) != "released")
        )
    )


async def capture(session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, now: datetime) -> None:
    """Make what the receipt holds its own for good: its promotions were given."""
    await session.exec(
        update(PromotionUse)
        .where(*_of(tenant_id, receipt_id), col(PromotionUse.state) == "held")
        .values(state="captured", changed_at=now)
    )


async def release(session: AsyncSession, tenant_id: UUID, receipt_id: UUID, *, now: datetime) -> None:
    """Let go what the receipt holds: uses and value are there for others again. Twice is once."""
    held = await session.exec(
        select(PromotionUse)
        .where(*_of(tenant_id, receipt_id), col(PromotionUse.state) == "held")
        .order_by(col(PromotionUse.campaign_id), col(PromotionUse.promotion))
        .with_for_update()
    )
    for use in list(held):
        await _let_go(session, use, now)


async def give_back(
    session: AsyncSession, tenant_id: UUID, receipt_id: UUID, key: Key, value_centi: int, *, now: datetime
) -> None:
    """Put a part of a captured use's value back into its budgets; the use stays counted. The caller calls it once.

    Waits for nobody but who settles the same receipt, so it may be called under any lock.
    """
    found = await session.exec(
        select(PromotionUse)
        .where(
            *_of(tenant_id, receipt_id),
            col(PromotionUse.campaign_id) == key[0],
            col(PromotionUse.promotion) == key[1],
            col(PromotionUse.state) == "captured",
        )
        .with_for_update()
    )
    use = found.one_or_none()
    if use is None:
        return
    part = min(value_centi, use.value_centi - use.returned_centi)
    for name, _ in pools.taken_by(use):
        if name.kind == "value":
            await pools.put_back(session, tenant_id, name, part)
    use.returned_centi += part
    use.changed_at = now
    session.add(use)


async def held_by(session: AsyncSession, tenant_id: UUID, receipt_id: UUID) -> list[PromotionUse]:
    """What the receipt holds now."""
    return list(
        await session.exec(select(PromotionUse).where(*_of(tenant_id, receipt_id), col(PromotionUse.state) == "held"))
    )


async def member_uses(
    session: AsyncSession, tenant_id: UUID, member_id: UUID, campaign_ids: Sequence[UUID], *, day: str
) -> dict[tuple[Key, str], int]:
    """How often the member used the campaigns' promotions, by promotion and span: ever, and that day."""
    found = await session.exec(
        select(MemberUses).where(
            MemberUses.tenant_id == tenant_id,
            MemberUses.member_id == member_id,
            col(MemberUses.campaign_id).in_(campaign_ids),
            col(MemberUses.span).in_([EVER, day]),
        )
    )
    return {((row.campaign_id, row.promotion), row.span): row.uses for row in found}


async def _fresh(session: AsyncSession, subject: Subject, claims: list[Claim], now: datetime) -> list[Claim]:
    """The claims that nothing is held or captured for yet, each with its row written."""
    standing = {
        (use.campaign_id, use.promotion): use
        for use in await session.exec(
            select(PromotionUse).where(*_of(subject.tenant_id, subject.receipt_id)).with_for_update()
        )
    }
    fresh = []
    for claim in claims:
        use = standing.get(claim.key)
        if use is not None and use.state == "held" and use.value_centi != claim.value_centi:
            await _let_go(session, use, now)
        if use is not None and use.state != "released":
            continue
        if await _wrote(session, subject, claim, now):
            fresh.append(claim)
    return fresh


async def _wrote(session: AsyncSession, subject: Subject, claim: Claim, now: datetime) -> bool:
    """Whether the claim's row is this transaction's; whoever was quicker for the same receipt has it instead."""
    row = {
        "tenant_id": subject.tenant_id,
        "receipt_id": subject.receipt_id,
        "campaign_id": claim.campaign_id,
        "promotion": claim.promotion,
        "member_id": subject.member_id,
        "state": "held",
        "value_centi": claim.value_centi,
        "returned_centi": 0,
        "pools": list(claim.pools),
        "spans": [span for span, _ in _spans(subject, claim)],
        "changed_at": now,
    }
    statement = insert(PromotionUse)
    key = ["tenant_id", "receipt_id", "campaign_id", "promotion"]
    fresh = {name: statement.excluded[name] for name in row if name not in key}
    written = await session.exec(
        statement.on_conflict_do_update(
            index_elements=key, set_=fresh, where=col(PromotionUse.state) == "released"
        ).returning(col(PromotionUse.promotion)),
        params=row,
    )
    return written.first() is not None


def _spans(subject: Subject, claim: Claim) -> list[tuple[str, int]]:
    """Over which spans the member's uses are counted for the claim, and up to how many; nobody's are not counted."""
    most = ((EVER, claim.limits.per_member), (subject.day, claim.limits.per_member_per_day))
    return [(span, limit) for span, limit in most if limit is not None and subject.member_id is not None]


def _valued(use: PromotionUse) -> tuple[str, ...]:
    return tuple(pool for pool in use.pools if pool.endswith("-value"))


async def _count(session: AsyncSession, subject: Subject, claim: Claim) -> None:
    """One use more by the member, if one more is allowed; two at once come one after the other."""
    for span, most in sorted(_spans(subject, claim)):
        row = {
            "tenant_id": subject.tenant_id,
            "campaign_id": claim.campaign_id,
            "promotion": claim.promotion,
            "member_id": subject.member_id,
            "span": span,
            "uses": 1,
        }
        counted = await session.exec(
            insert(MemberUses)
            .on_conflict_do_update(
                index_elements=["tenant_id", "campaign_id", "promotion", "member_id", "span"],
                set_={"uses": col(MemberUses.uses) + 1},
                where=col(MemberUses.uses) < most,
            )
            .returning(col(MemberUses.uses)),
            params=row,
        )
        if most == 0 or counted.first() is None:
            raise _Refused(Short(claim.key, "limit"))


def _drawn(claims: Iterable[Claim]) -> list[tuple[PoolName, tuple[int, Claim]]]:
    """What all claims need of each pool together, in the order of the pools' names, and the last of those claims."""
    needed: dict[PoolName, tuple[int, Claim]] = {}
    for claim in claims:
        for pool in claim.pools:
            whose, _, kind = pool.partition("-")
            name = PoolName(claim.campaign_id, WHOLE if whose == "all" else claim.promotion, kind)
            units, _ = needed.get(name, (0, claim))
            needed[name] = units + (1 if kind == "uses" else claim.value_centi), claim
    return sorted(needed.items(), key=lambda item: item[0])


async def _draw(session: AsyncSession, subject: Subject, claims: list[Claim], *, may_wait: bool) -> None:
    """Take from every pool once, in the order of their names, what all claims need of it together."""
    for name, (units, claim) in _drawn(claims):
        nearest = subject.receipt_id.int
        if not await pools.take(session, subject.tenant_id, name, units, nearest=nearest, may_wait=may_wait):
            raise _Refused(Short(claim.key, "limit" if name.kind == "uses" else "budget"))


async def _let_go(session: AsyncSession, use: PromotionUse, now: datetime) -> None:
    for name, units in pools.taken_by(use):
        await pools.put_back(session, use.tenant_id, name, units)
    await session.exec(
        update(MemberUses)
        .where(
            col(MemberUses.tenant_id) == use.tenant_id,
            col(MemberUses.campaign_id) == use.campaign_id,
            col(MemberUses.promotion) == use.promotion,
            col(MemberUses.member_id) == use.member_id,
            col(MemberUses.span).in_(use.spans),
        )
        .values(uses=col(MemberUses.uses) - 1)
    )
    use.state, use.changed_at = "released", now
    session.add(use)
    await session.flush()  # who reserves next reads its state


def _of(tenant_id: UUID, receipt_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return col(PromotionUse.tenant_id) == tenant_id, col(PromotionUse.receipt_id) == receipt_id
