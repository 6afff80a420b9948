"""Which revision of a campaign held at a moment, and whether the campaign ran then: pure, from what was only ever added.

Nothing is switched on or off by a clock: what is live follows from turns, revisions and days, whenever somebody asks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.campaigns.content import Limits, composed, last_day, limits_of
from backend.campaigns.models import Campaign, CampaignRevision, CampaignTurn
from backend.campaigns.schemes import of_scheme
from backend.programmes.models import ProgrammeScheme
from backend.programmes.schemes import scheme_at
from backend.promotions.kinds import object_of
from backend.promotions.parameters import Place
from backend.promotions.validity import Period

State = Literal["draft", "scheduled", "live", "paused", "ended"]
BEGINNING = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
"""Before every purchase: from here holds what has no earlier rule."""
_MARGIN = timedelta(days=1)
"""Days are the outlet's, whose clock may be ahead of the tenant's or behind; the engine judges the days themselves."""


@dataclass(frozen=True)
class Rule:
    """A campaign as it held at a moment: the engine's documents, what they are limited to, and where they come from.

    `scheme` is the programme's of that moment, which left these documents of the content.
    """

    campaign_id: UUID
    programme_id: UUID
    code: str
    version: int
    scheme: str | None
    content: dict[str, Any]
    documents: tuple[dict[str, Any], ...] = field(repr=False)

    @cached_property
    def ids(self) -> frozenset[str]:
        """The ids of its promotions."""
        return frozenset(document["id"] for document in self.documents)

    @cached_property
    def limits(self) -> dict[str, Limits]:
        """The limited promotions' limits, by id."""
        found = {document["id"]: limits_of(document) for document in self.documents}
        return {promotion: limits for promotion, limits in found.items() if limits.any}


@dataclass(frozen=True, slots=True)
class Timeline:
    """A campaign with all its revisions and turns, each by number, and its programme's schemes."""

    campaign: Campaign
    revisions: Sequence[CampaignRevision]
    turns: Sequence[CampaignTurn]
    schemes: Sequence[ProgrammeScheme] = ()

    def revision_at(self, at: datetime) -> CampaignRevision | None:
        """The revision that holds: of those begun the one that begins last, and of its corrections the newest."""
        begun = [revision for revision in self.revisions if revision.holds_from <= at]
        return max(begun, key=lambda revision: (revision.holds_from, revision.number), default=None)

    def turn_at(self, at: datetime) -> CampaignTurn | None:
        """The last turn that was taken by then; the newest decision overrides what was planned before it."""
        taken = [turn for turn in self.turns if turn.since_at <= at]
        return max(taken, key=lambda turn: turn.number, default=None)

    def state_at(self, at: datetime, *, time_zone: str) -> State:
        """How the campaign stands for its tenant; its days are those of the tenant's time zone."""
        turn = self.turn_at(at)
        revision = self.revision_at(at) or min(self.revisions, key=lambda each: each.holds_from)
        if turn is None:
            return "scheduled" if self.turns else "draft"
        if turn.turned != "started":
            return "paused" if turn.turned == "paused" else "ended"
        first, last = days_of(revision.content)
        today = at.astimezone(ZoneInfo(time_zone)).date()
        if first is not None and today < first:
            return "scheduled"
        return "ended" if last is not None and today > last else "live"

    def borders(self) -> Iterator[datetime]:
        """The moments at which `rule_at` may answer otherwise than before; between two of them it does not."""
        yield from (revision.holds_from for revision in self.revisions)
        yield from (turn.since_at for turn in self.turns)
        yield from (scheme.since_at for scheme in self.schemes)
        for revision in self.revisions:
            first, last = days_of(revision.content)
            if first is not None:
                yield _midnight(first, -_MARGIN)
            if last is not None:
                yield _midnight(last, timedelta(days=1) + _MARGIN)

    def rule_at(self, at: datetime) -> Rule | None:
        """What decides a purchase of that moment; None while the campaign did not run, or days away from its period."""
        turn, revision = self.turn_at(at), self.revision_at(at)
        if turn is None or turn.turned != "started" or revision is None:
            return None
        first, last = days_of(revision.content)
        here = at.astimezone(UTC)
        if first is not None and (here + _MARGIN).date() < first:
            return None
        if last is not None and (here - _MARGIN).date() > last:
            return None
        return self.rule_of(revision, at)

    def rule_of(self, revision: CampaignRevision, at: datetime) -> Rule:
        """What one of its revisions decides under the scheme of that moment, whether the campaign runs or not."""
        scheme = scheme_at(self.schemes, at)
        return Rule(
            campaign_id=self.campaign.id,
            programme_id=self.campaign.programme_id,
            code=self.campaign.code,
            version=revision.number,
            scheme=scheme,
            content=revision.content,
            documents=tuple(of_scheme(composed(revision.content), scheme, named=revision.content.get("scheme"))),
        )


def _midnight(day: date, moved: timedelta) -> datetime:
    """The moment at which the day begins, moved by days; at the ends of the calendar the last one that there is."""
    try:
        return datetime.combine(day, time(), UTC) + moved
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC) if moved > timedelta() else datetime.min.replace(tzinfo=UTC)


def days_of(content: dict[str, Any]) -> tuple[date | None, date | None]:
    """First and last day of a content's period, where it has any."""
    period = object_of(Period).read(content.get("valid") or {}, Place([]))
    assert period is not None, "a content is read before it is kept"
    return period.from_on, last_day(period)
