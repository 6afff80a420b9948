"""Replays: what a campaign, as a draft or changed, would have given for the receipts of a period. Nothing is posted.

A replay goes on in portions, each a transaction that adds its sums and says how far it is; one that was cut is taken up
there, and two that run at once take turns. The order is that of purchases, so limits are used up as they would have been.
One that breaks at the same place turn after turn, or takes its worker with it, fails.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, text
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.errors import ReplayEnded, ReplayNotFound, ReplayPeriodRefused, TooManyReplays
from backend.accrual.replay_deciding import decide_portion
from backend.accrual.replay_limits import Allowance
from backend.accrual.replay_models import Replay
from backend.accrual.replay_portion import other_campaigns, read_portion, receipts_of, taken_before
from backend.accrual.replay_rulings import Frame
from backend.accrual.replay_sums import Result, add_tally, forget_sums
from backend.campaigns.content import composed
from backend.campaigns.errors import CampaignNotFound
from backend.campaigns.models import Campaign, CampaignRevision
from backend.campaigns.queries import timeline, timeline_called
from backend.campaigns.timeline import Rule, Timeline, days_of
from backend.kit.audit import Actor, record
from backend.kit.db import Database
from backend.kit.ids import new_id
from backend.kit.jobs import enqueue
from backend.programmes import queries as programmes
from backend.receipts.models import Receipt

REPLAY = "accrual.replay"
OPEN_MAX = 3
"""How many replays of a tenant may wait or run at once."""
DAYS_MAX = 366
WAITING, RUNNING, DONE, CANCELLED, FAILED = "waiting", "running", "done", "cancelled", "failed"
OPEN = (WAITING, RUNNING)
TRIES_MAX = 10
"""How many turns may begin, one after the other, none of which brings a portion to its end."""
BROKEN = "replay-broken"
"""Why a replay failed."""
_RETRY_AFTER_S = 30
_FIRST_ON, _LAST_ON = date(1970, 1, 1), date(2999, 12, 31)
"""Before and after them are no purchases, and the calendar's ends cannot be told in every time zone."""
Step = Literal["more", "busy", "ended"]


@dataclass(frozen=True, slots=True)
class Period:
    """First and last day, both included, by the tenant's clock."""

    from_on: date
    to_on: date


async def begin_replay(
    session: AsyncSession,
    actor: Actor,
    code: str,
    period: Period,
    *,
    revision: int | None = None,
    partner_id: UUID | None = None,
    now: datetime,
) -> Replay:
    """Have the campaign replayed by a job: its newest revision unless another is named, on one partner's receipts or all.

    Raises CampaignNotFound (also for a revision that it does not have), ReplayPeriodRefused or TooManyReplays; of many at
    once no more are let in than may.
    """
    if not timedelta(0) <= period.to_on - period.from_on < timedelta(days=DAYS_MAX):
        raise ReplayPeriodRefused(days=str(DAYS_MAX))
    found = await timeline_called(session, actor.tenant_id, code, partner_id=partner_id)
    numbers = [each.number for each in found.revisions]
    number = numbers[-1] if revision is None else revision
    if number not in numbers:
        raise CampaignNotFound
    await _refuse_too_many(session, actor.tenant_id)
    row = Replay(
        tenant_id=actor.tenant_id,
        id=new_id(),
        created_at=now,
        campaign_id=found.campaign.id,
        revision=number,
        partner_id=partner_id,
        account_id=actor.account_id,
        from_on=period.from_on,
        to_on=period.to_on,
    )
    session.add(row)
    await session.flush()  # the job points to it
    told = {"campaign": code, "revision": number, "from": period.from_on.isoformat(), "to": period.to_on.isoformat()}
    await record(session, actor, "replay.begun", ("replay", row.id), after=told, now=now)
    await enqueue(session, REPLAY, actor.tenant_id, row.id, now=now)
    return row


async def cancel_replay(
    session: AsyncSession, actor: Actor, replay_id: UUID, *, partner_id: UUID | None = None, now: datetime
) -> Replay:
    """End the replay without a result; whoever runs it stops after the portion at hand, of which nothing stays.

    Raises ReplayNotFound or ReplayEnded.
    """
    row = await _lock(session, actor.tenant_id, replay_id)
    if row is None or partner_id not in {None, row.partner_id}:
        raise ReplayNotFound
    if row.state not in OPEN:
        raise ReplayEnded
    before = {"state": row.state, "done": row.receipts_done}
    row.state, row.ended_at = CANCELLED, now
    session.add(row)
    await forget_sums(session, actor.tenant_id, replay_id)
    await record(
        session, actor, "replay.cancelled", ("replay", replay_id), before=before, after={"state": CANCELLED}, now=now
    )
    return row


async def replay_standing(
    session: AsyncSession, tenant_id: UUID, replay_id: UUID, *, partner_id: UUID | None = None
) -> tuple[Replay, str]:
    """The replay and its campaign's code; of one partner alone if it is named. Raises ReplayNotFound."""
    found = await _listed(session, tenant_id, [Replay.id == replay_id], partner_id, limit=1)
    if not found:
        raise ReplayNotFound
    return found[0]


async def replays(
    session: AsyncSession, tenant_id: UUID, *, partner_id: UUID | None = None, before: UUID | None, limit: int
) -> list[tuple[Replay, str]]:
    """A page of replays with their campaigns' codes, newest first."""
    conditions = [col(Replay.id) < before] if before is not None else []
    return await _listed(session, tenant_id, conditions, partner_id, limit=limit)


async def advance(database: Database, tenant_id: UUID, replay_id: UUID, *, clock: Callable[[], datetime]) -> Step:
    """Take one portion further: whether there is more, somebody else is at it, or the replay has ended."""
    begun = clock()
    async with database.transaction(tenant_id) as session:
        if not await _alone(session, replay_id):
            return "busy"
        row = await session.get_one(Replay, (tenant_id, replay_id))
        if row.state not in OPEN:
            return "ended"
        frame, days = await _frame(session, row)
        if row.state == WAITING:
            total, allowance = await _count(session, row, frame), Allowance(frame.rule, {})
            for taken in await taken_before(session, frame):
                allowance.start(*taken)
            begin = {"state": RUNNING, "receipts_total": total, "limits": allowance.document()}
            return await _keep(session, row, begin)
        portion = await read_portion(session, row, frame)
        allowance = Allowance(frame.rule, row.limits)
        if not portion.receipts:
            result = await Result(session, row, frame.programme.points_decimals).document(allowance)
            result = {**_head(row, frame, days), **result}
            await _keep(session, row, {"state": DONE, "result": result, "ended_at": clock()})
            await forget_sums(session, tenant_id, replay_id)
            return "ended"
        tally = await asyncio.to_thread(decide_portion, frame, portion, allowance)
        last = portion.receipts[-1]
        further: dict[str, Any] = {
            "after_at": last.issued_at,
            "after_id": last.id,
            "receipts_done": row.receipts_done + len(portion.receipts),
            "limits": allowance.document(),
            "busy_ms": row.busy_ms + (clock() - begun) // timedelta(milliseconds=1),
        }
        step = await _keep(session, row, further)
        if step == "more":
            await add_tally(session, row, tally, points_decimals=frame.programme.points_decimals)
        return step


async def begin_turn(database: Database, tenant_id: UUID, replay_id: UUID, *, now: datetime) -> int | None:
    """Count a turn of a job at the replay: which one it is since something was finished; None when there is none to take.

    It is committed before the turn does anything, so that a worker that was killed is counted too; while somebody else
    is at it, it is no turn. The replay that no turn brings further fails here.
    """
    async with database.transaction(tenant_id) as session:
        row = await _lock(session, tenant_id, replay_id)
        assert row is not None, "a replay stays"
        if row.state not in OPEN:
            return None
        if not await _alone(session, replay_id):
            return row.tries
        session.add(row)
        if row.tries >= TRIES_MAX:
            row.state, row.failure, row.ended_at = FAILED, BROKEN, now
            await forget_sums(session, tenant_id, replay_id)
            return None
        row.tries += 1
        return row.tries


async def _keep(session: AsyncSession, row: Replay, changes: dict[str, Any]) -> Step:
    """Write how far it is, unless it was cancelled meanwhile: then nothing may be written any more."""
    locked = await _lock(session, row.tenant_id, row.id)
    assert locked is not None, "a replay stays"
    if locked.state not in OPEN:
        return "ended"
    for name, value in {**changes, "tries": 0}.items():
        setattr(locked, name, value)
    session.add(locked)
    await session.flush()
    return "more"


async def _frame(session: AsyncSession, row: Replay) -> tuple[Frame, str]:
    """What is replayed, and whether on the campaign's own days or, since none is in the period, on all."""
    tenant = await programmes.tenant(session, row.tenant_id)
    found = await timeline(session, row.tenant_id, row.campaign_id)
    rule, days = _ruling(found, row)
    own = await programmes.programmes(session, row.tenant_id)
    (programme,) = (each for each in own if each.id == rule.programme_id)
    zone = ZoneInfo(tenant.time_zone)
    frame = Frame(
        tenant=tenant,
        programme=programme,
        rule=rule,
        others=await other_campaigns(session, row.tenant_id, rule),
        from_at=datetime.combine(max(row.from_on, _FIRST_ON), time(), zone),
        before_at=datetime.combine(min(row.to_on, _LAST_ON) + timedelta(days=1), time(), zone),
        on_own_days=days == "own",
    )
    return frame, days


def _ruling(found: Timeline, row: Replay) -> tuple[Rule, str]:
    (revision,) = (each for each in found.revisions if each.number == row.revision)
    if any(_meets(document, row) for document in composed(revision.content)):
        return found.rule_of(revision, row.created_at), "own"
    lifted = {key: value for key, value in revision.content.items() if key != "valid"}
    lifted["promotions"] = [
        {key: value for key, value in each.items() if key != "valid"} for each in revision.content["promotions"]
    ]
    own = revision.model_dump(exclude={"content"})
    return found.rule_of(CampaignRevision(**own, content=lifted), row.created_at), "all"


def _meets(document: dict[str, Any], row: Replay) -> bool:
    first, last = days_of(document)
    return (first is None or first <= row.to_on) and (last is None or last >= row.from_on)


def _head(row: Replay, frame: Frame, days: str) -> dict[str, Any]:
    return {
        "campaign": frame.rule.code,
        "revision": row.revision,
        "programme": frame.programme.code,
        "from": row.from_on.isoformat(),
        "to": row.to_on.isoformat(),
        "days": days,
    }


async def _count(session: AsyncSession, row: Replay, frame: Frame) -> int:
    found = await session.exec(select(func.count()).select_from(Receipt).where(*receipts_of(row, frame)))
    return found.one()


async def _alone(session: AsyncSession, replay_id: UUID) -> bool:
    """Whether nobody else takes a portion now; held until the transaction ends."""
    locking = text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")
    found = await (await session.connection()).execute(locking, {"name": f"replay:{replay_id}"})
    return bool(found.scalar())


async def _lock(session: AsyncSession, tenant_id: UUID, replay_id: UUID) -> Replay | None:
    found = await session.exec(
        select(Replay)
        .where(Replay.tenant_id == tenant_id, Replay.id == replay_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()


async def _refuse_too_many(session: AsyncSession, tenant_id: UUID) -> None:
    await (await session.connection()).execute(
        text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": f"replays:{tenant_id}"}
    )
    found = await session.exec(
        select(func.count()).select_from(Replay).where(Replay.tenant_id == tenant_id, col(Replay.state).in_(OPEN))
    )
    if found.one() >= OPEN_MAX:
        raise TooManyReplays(retry_after_s=_RETRY_AFTER_S)


async def _listed(
    session: AsyncSession, tenant_id: UUID, conditions: list[Any], partner_id: UUID | None, *, limit: int
) -> list[tuple[Replay, str]]:
    query = (
        select(Replay, Campaign.code)
        .join(Campaign, (col(Campaign.tenant_id) == Replay.tenant_id) & (col(Campaign.id) == Replay.campaign_id))
        .where(Replay.tenant_id == tenant_id, *conditions)
    )
    if partner_id is not None:
        query = query.where(Replay.partner_id == partner_id)
    return list(await session.exec(query.order_by(col(Replay.id).desc()).limit(limit)))
