"""What campaigns would give for a basket: decided as a receipt is, and nothing of it is kept: the database itself refuses to.

What the basket says rules; what it leaves out comes from what is stored (`simulation_facts`). Campaigns that are named need
not run: a draft is simulated before anybody gets anything.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from backend.accrual.errors import CampaignBroken, RulesFailed
from backend.accrual.rules import ProgrammeRules
from backend.accrual.simulation_facts import decided
from backend.campaigns.errors import CampaignNotFound
from backend.campaigns.queries import rules_among, timelines
from backend.campaigns.timeline import Rule, State, Timeline
from backend.members.queries import member_among
from backend.programmes import queries as programmes
from backend.programmes.models import Programme
from backend.promotions.documents import read_basket
from backend.promotions.explaining import why_not
from backend.promotions.outcome import Applied, NotApplied, Outcome, Say, Undecided, outcome_document
from backend.receipts.queries import shopped_at


@dataclass(frozen=True, slots=True)
class Wish:
    """A basket as `promotions.md` writes it, and by which campaigns: those named, whether they run or not, and no others.

    Without names, those that hold at the basket's time. `member_id` is a stored member, who stands for the basket's own.
    """

    basket: object
    campaigns: tuple[str, ...] = ()
    programme: str | None = None
    member_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Simulated:
    """What was decided, by which rules, and how each campaign stands now."""

    programme: Programme
    rules: Sequence[Rule]
    states: Mapping[UUID, State]
    outcome: Outcome

    def document(self, say: Say) -> dict[str, Any]:
        """The outcome with every reason as a sentence, and which campaign gave what."""
        outcome = outcome_document(self.outcome, say)
        sentences = [say(why_not(stopped, self.outcome.currency)) for stopped in self.outcome.not_applied]
        stopped = cast("list[dict[str, Any]]", outcome["not_applied"])
        outcome["not_applied"] = [{**each, "why": why} for each, why in zip(stopped, sentences, strict=True)]
        return {
            "programme": self.programme.code,
            "outcome": outcome,
            "campaigns": [self._campaign(rule) for rule in self.rules],
        }

    def _campaign(self, rule: Rule) -> dict[str, Any]:
        lists: dict[str, Sequence[Applied | NotApplied | Undecided]] = {
            "applied": self.outcome.applied,
            "not_applied": self.outcome.not_applied,
            "undecided": self.outcome.undecided,
        }
        return {
            "campaign": rule.code,
            "revision": rule.version,
            "state": self.states[rule.campaign_id],
            **{name: [each.promotion for each in found if each.promotion in rule.ids] for name, found in lists.items()},
        }


async def simulate(
    session: AsyncSession, tenant_id: UUID, wish: Wish, *, partner_id: UUID | None = None, now: datetime
) -> Simulated:
    """Decide the basket; for a partner, by its own campaigns and for those alone who shopped there.

    Raises MalformedDocument, CampaignNotFound (also for one of another programme), ProgrammeNotFound, MemberNotFound,
    or CampaignBroken.
    """
    async with _storing_nothing(session):
        basket = read_basket(wish.basket)
        found = await _chosen(session, tenant_id, wish.campaigns, partner_id)
        programme = await _programme(session, tenant_id, wish.programme, found)
        if wish.campaigns:
            rules = [_as_of(timeline, basket.now) for timeline in found]
        else:
            found = await timelines(session, tenant_id, programme_id=programme.id, partner_id=partner_id)
            rules = rules_among(found, basket.now)
        zone = (await programmes.tenant(session, tenant_id)).time_zone
        states = {each.campaign.id: each.state_at(now, time_zone=zone) for each in found}
        if not _says(wish.basket, "points_decimals"):
            basket = replace(basket, points_decimals=programme.points_decimals)
        if wish.member_id is not None:
            await member_among(session, tenant_id, wish.member_id, shopped_at(partner_id))
        said = ProgrammeRules(programme, rules)
        try:
            outcome = await decided(session, tenant_id, basket, said, wish.member_id)
        except RulesFailed as failed:
            raise CampaignBroken(campaigns=", ".join(failed.campaigns)) from failed
    return Simulated(programme, rules, states, outcome)


@asynccontextmanager
async def _storing_nothing(session: AsyncSession) -> AsyncIterator[None]:
    """Whatever would write is refused until the block ends."""
    async with session.begin_nested():
        await (await session.connection()).execute(text("set transaction read only"))
        yield


async def _chosen(
    session: AsyncSession, tenant_id: UUID, codes: Sequence[str], partner_id: UUID | None
) -> list[Timeline]:
    if not codes:
        return []
    by_code = {each.campaign.code: each for each in await timelines(session, tenant_id, partner_id=partner_id)}
    if not by_code.keys() >= set(codes):
        raise CampaignNotFound
    return [by_code[code] for code in dict.fromkeys(codes)]


async def _programme(session: AsyncSession, tenant_id: UUID, code: str | None, chosen: Sequence[Timeline]) -> Programme:
    """The one that is named, else that of the campaigns, else the tenant's first."""
    if code is not None or not chosen:
        programme = await programmes.programme_called(session, tenant_id, code)
    else:
        own = await programmes.programmes(session, tenant_id)
        (programme,) = (each for each in own if each.id == chosen[0].campaign.programme_id)
    if any(each.campaign.programme_id != programme.id for each in chosen):
        raise CampaignNotFound
    return programme


def _as_of(timeline: Timeline, moment: datetime) -> Rule:
    """What the campaign says at that moment, or what it says first, be it started or not."""
    revision = timeline.revision_at(moment) or min(timeline.revisions, key=lambda each: each.holds_from)
    return timeline.rule_of(revision, moment)


def _says(document: object, key: str) -> bool:
    return isinstance(document, dict) and document.get(key) is not None
