"""Composing campaigns: a draft, changes that hold from a moment on, and the turns by which it runs, pauses and ends.

A change adds a revision and a turn adds a turn; nothing that held is rewritten, so that a receipt that comes late is
decided by what held when it was issued.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.campaigns import pools
from backend.campaigns.codes import lists
from backend.campaigns.content import KEYS, Content, read_content
from backend.campaigns.errors import CampaignExists, CampaignStateRefused, CorrectionUnexplained
from backend.campaigns.models import Campaign, CampaignRevision, CampaignTurn
from backend.campaigns.queries import lock_campaign, timelines
from backend.campaigns.timeline import BEGINNING, Timeline
from backend.kit.audit import Actor, record
from backend.kit.ids import new_id
from backend.programmes import queries as programmes
from backend.programmes.models import Partner
from backend.programmes.service import touch_rules
from backend.promotions.conditions.code import Code
from backend.promotions.documents import MalformedDocument
from backend.promotions.parameters import Fault

Turned = Literal["started", "paused", "ended"]
_MAY_FOLLOW: dict[Turned, frozenset[str]] = {
    "started": frozenset({"draft", "paused", "scheduled"}),
    "paused": frozenset({"scheduled", "live"}),
    "ended": frozenset({"scheduled", "live", "paused"}),
}


@dataclass(frozen=True, slots=True)
class Header:
    """What a campaign is called, and whose it is; `partner_id` null is the whole tenant's.

    `template` is the code of the one that it was made from, if any.
    """

    code: str
    name: str
    programme_id: UUID
    group_label: str | None = None
    partner_id: UUID | None = None
    template: str | None = None


async def draft(
    session: AsyncSession, actor: Actor, header: Header, content: dict[str, Any], *, now: datetime
) -> Timeline:
    """A new campaign that gives nothing until it is started. Raises MalformedDocument or CampaignExists.

    A partner's campaign is for its own purchases, whatever the content says.
    """
    found = await _drafted(session, actor, header, content, now)
    row = found.campaign
    after = {"code": row.code, "group": row.group_label, "content": found.revisions[0].content}
    if header.template is not None:
        after["template"] = header.template
    await record(session, actor, "campaign.drafted", ("campaign", row.id), after=after, now=now)
    return found


async def change(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    content: dict[str, Any],
    *,
    partner_id: UUID | None = None,
    holds_from: datetime | None = None,
    note: str = "",
    now: datetime,
) -> CampaignRevision:
    """A new revision, for purchases from `holds_from` on: from now if nothing is said; the same again changes nothing.

    What a campaign says before its first turn holds for every purchase that it will be for.

    Raises CampaignNotFound, MalformedDocument, BudgetSpent, CampaignStateRefused for one that was ended, and
    CorrectionUnexplained when it is to hold from the past on without a note.
    """
    found = await lock_campaign(session, actor.tenant_id, campaign_id, partner_id=partner_id)
    _refuse_if_ended(found, now)
    since = holds_from or (now if found.turns else BEGINNING)
    if since < now and not note.strip() and found.turns:
        raise CorrectionUnexplained
    content = await _checked(session, actor.tenant_id, found.campaign.partner_id, content)
    await _refuse_conflicts(session, found.campaign, content, now)
    before = found.revision_at(since)
    if before is not None and before.content == content and not _follows(found, since):
        return before
    number = found.revisions[-1].number + 1
    row = await _revise(session, actor, found.campaign, number, content, holds_from=since, note=note, now=now)
    await record(
        session,
        actor,
        "campaign.changed",
        ("campaign", campaign_id),
        before={"revision": before.number, "content": before.content} if before else {},
        after={"revision": number, "holds_from": since.isoformat(), "content": content, "note": note},
        now=now,
    )
    return row


async def turn(
    session: AsyncSession,
    actor: Actor,
    campaign_id: UUID,
    turned: Turned,
    *,
    partner_id: UUID | None = None,
    since: datetime | None = None,
    time_zone: str,
    now: datetime,
) -> CampaignTurn:
    """Start, pause, resume (which is starting) or end the campaign: at once, or as of a coming moment.

    Raises CampaignNotFound, or CampaignStateRefused where there is nothing to start, pause or end.
    """
    found = await lock_campaign(session, actor.tenant_id, campaign_id, partner_id=partner_id)
    state = found.state_at(now, time_zone=time_zone)
    if state not in _MAY_FOLLOW[turned]:
        raise CampaignStateRefused(state=state)
    row = CampaignTurn(
        tenant_id=actor.tenant_id,
        campaign_id=campaign_id,
        number=len(found.turns) + 1,
        turned=turned,
        since_at=max(since or now, now),
        created_at=now,
        created_by=actor.account_id,
    )
    session.add(row)
    await record(
        session,
        actor,
        f"campaign.{turned}",
        ("campaign", campaign_id),
        before={"state": state},
        after={"turned": turned, "since": row.since_at.isoformat()},
        now=now,
    )
    await touch_rules(session, actor.tenant_id)
    return row


async def start(
    session: AsyncSession,
    *,
    tenant_id: UUID,
    programme_id: UUID,
    code: str,
    name: str,
    promotions: list[dict[str, Any]],
    now: datetime,
) -> Campaign:
    """Set up a campaign that holds at once and for every purchase, of earlier too; its promotions know their days.

    Raises MalformedDocument when a promotion is no promotion, or repeats the id of one of the programme.
    """
    header = Header(code, name, programme_id)
    found = await _drafted(session, Actor(tenant_id, None), header, {"promotions": promotions}, now)
    session.add(
        CampaignTurn(
            tenant_id=tenant_id,
            campaign_id=found.campaign.id,
            number=1,
            turned="started",
            since_at=BEGINNING,
            created_at=now,
        )
    )
    return found.campaign


async def _drafted(
    session: AsyncSession, actor: Actor, header: Header, content: dict[str, Any], now: datetime
) -> Timeline:
    content = await _checked(session, actor.tenant_id, header.partner_id, content)
    row = Campaign(
        tenant_id=actor.tenant_id,
        id=new_id(),
        programme_id=header.programme_id,
        code=header.code,
        name=header.name,
        group_label=header.group_label,
        partner_id=header.partner_id,
        created_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(row)
            await session.flush()  # the code's uniqueness must speak inside the savepoint
    except IntegrityError as error:
        raise CampaignExists from error
    await _refuse_conflicts(session, row, content, now)
    revision = await _revise(session, actor, row, 1, content, holds_from=BEGINNING, note="", now=now)
    return Timeline(row, [revision], [])


async def _revise(
    session: AsyncSession,
    actor: Actor,
    campaign: Campaign,
    number: int,
    content: dict[str, Any],
    *,
    holds_from: datetime,
    note: str,
    now: datetime,
) -> CampaignRevision:
    row = CampaignRevision(
        tenant_id=campaign.tenant_id,
        campaign_id=campaign.id,
        number=number,
        holds_from=holds_from,
        content=content,
        created_by=actor.account_id,
        created_at=now,
        note=note.strip(),
    )
    session.add(row)
    await pools.open_for(session, campaign, content)
    await touch_rules(session, campaign.tenant_id)
    return row


def _refuse_if_ended(found: Timeline, now: datetime) -> None:
    last = found.turn_at(now)
    if last is not None and last.turned == "ended":
        raise CampaignStateRefused(state="ended")


def _follows(found: Timeline, since: datetime) -> bool:
    """Whether a revision is planned to begin later: then saying the same again is still a change of what comes."""
    return any(revision.holds_from > since for revision in found.revisions)


async def _checked(
    session: AsyncSession, tenant_id: UUID, partner_id: UUID | None, content: dict[str, Any]
) -> dict[str, Any]:
    """The content as it is kept: without what says nothing, and of a partner for its own shops. Raises MalformedDocument."""
    read = read_content(content)
    kept = {key: content[key] for key in KEYS if content.get(key)}
    partners = {partner.id: partner for partner in await programmes.partners(session, tenant_id)}
    outlets = {outlet.code for outlet in await programmes.outlets(session, tenant_id, partner_id=partner_id)}
    faults = _unknown(read, partners.values(), outlets, partner_id)
    if partner_id is not None:
        faults += await _foreign_lists(session, tenant_id, read, partner_id)
    if faults:
        raise MalformedDocument(tuple(faults))
    if partner_id is not None:
        kept["partners"] = [partners[partner_id].tax_id]
    kept.setdefault("promotions", [])
    return kept


async def _foreign_lists(session: AsyncSession, tenant_id: UUID, content: Content, partner_id: UUID) -> list[Fault]:
    """A partner spends codes of its own lists alone, which are there before they are named: a name is anybody's else."""
    named = [
        (number, condition.codes)
        for number, promotion in enumerate(content.promotions)
        for condition in promotion.conditions
        if isinstance(condition, Code) and isinstance(condition.codes, str)
    ]
    if not named:
        return []
    own = {each.name for each in await lists(session, tenant_id, partner_id=partner_id)}
    return [
        Fault(f"/promotions/{number}/conditions", f"names no list of this partner: {name}")
        for number, name in named
        if name not in own
    ]


def _unknown(content: Content, partners: Iterable[Partner], outlets: set[str], partner_id: UUID | None) -> list[Fault]:
    known = {partner.tax_id for partner in partners if partner_id in {None, partner.id}}
    return [
        Fault(f"/partners/{number}", "is no partner that this campaign can be for")
        for number, tax_id in enumerate(content.partners)
        if tax_id not in known
    ] + [
        Fault(f"/outlets/{number}", "is no outlet that this campaign can be for")
        for number, code in enumerate(content.outlets)
        if code not in outlets
    ]


async def _refuse_conflicts(session: AsyncSession, campaign: Campaign, content: dict[str, Any], now: datetime) -> None:
    """A promotion's id names one promotion of the programme, through all revisions of its one campaign.

    Its groups are shared as they are in other campaigns.
    """
    others = await timelines(session, campaign.tenant_id, programme_id=campaign.programme_id)
    taken = {
        each["id"]
        for found in others
        if found.campaign.id != campaign.id
        for revision in found.revisions
        for each in revision.content["promotions"]
    }
    faults = [
        Fault(f"/promotions/{number}/id", "is repeated in another campaign of the programme")
        for number, each in enumerate(content["promotions"])
        if each["id"] in taken
    ]
    faults += _mixed_modes(content, (found for found in others if found.campaign.id != campaign.id), now)
    if faults:
        raise MalformedDocument(tuple(faults))


def _mixed_modes(content: dict[str, Any], others: Iterable[Timeline], now: datetime) -> list[Fault]:
    """A group is shared in one way by all of this content and all that others say now or plan; broken, nobody is decided."""
    modes: dict[str, str] = {}
    for found in others:
        current, turn = found.revision_at(now), found.turn_at(now)
        if turn is not None and turn.turned == "ended":
            continue
        for revision in found.revisions:
            if current is None or revision.holds_from >= current.holds_from:
                modes |= {group: mode for _, group, mode in _groups(revision.content)}
    return [
        Fault(f"/promotions/{number}/combine/mode", f"must be {modes[group]}, as elsewhere in the group {group}")
        for number, group, mode in _groups(content)
        if modes.setdefault(group, mode) != mode
    ]


def _groups(content: dict[str, Any]) -> Iterator[tuple[int, str, str]]:
    """The number of each promotion that shares a group, with the group and how it is shared."""
    for number, each in enumerate(content["promotions"]):
        combine = each.get("combine") or {}
        if combine.get("group") is not None:
            yield number, combine["group"], combine["mode"]
